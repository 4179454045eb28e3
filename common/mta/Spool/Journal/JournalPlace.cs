namespace MtaSuite.Common.Spool.Journal;

/// <summary>Where the journal has a copy of a message, and in which use of that segment; a generation of 0: nowhere.</summary>
public readonly record struct JournalPlace(int Segment, ulong Generation)
{
    public bool IsNone => Generation == 0;
}
