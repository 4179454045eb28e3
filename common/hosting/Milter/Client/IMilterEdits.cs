namespace MtaSuite.Common.Milter.Client;

/// <summary>Takes what a milter changes at the end of a message.</summary>
public interface IMilterEdits
{
    /// <summary>Takes one change over; what it holds is valid during the call only. False: the request makes no sense.</summary>
    bool TryTake(in MilterResponse edit);

    /// <summary>Applies what was taken. One that fails makes the message fail; the milter is heard to the end all the same.</summary>
    ValueTask ApplyAsync();

    /// <summary>The milter has said its last word; false: the message cannot be what the milter wanted.</summary>
    ValueTask<bool> FinishAsync();

    /// <summary>The milter is gone in the middle of a change: nobody can tell what the message is to be.</summary>
    bool IsDamaged { get; }
}
