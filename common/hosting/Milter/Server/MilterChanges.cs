using System.Buffers;
using System.Text;

namespace MtaSuite.Common.Milter.Server;

/// <summary>
/// What a milter changes at the end of a message, written to the server at once and in order. A change that was not agreed on is not
/// written: false.
/// </summary>
public sealed class MilterChanges(IBufferWriter<byte> output, MilterOptions agreed)
{
    /// <summary>Adds a field behind the others.</summary>
    /// <param name="value">With its leading space and LF between lines, whatever was agreed on.</param>
    public bool AddHeader(string name, ReadOnlySpan<byte> value)
    {
        if (!May(MilterActions.AddHeaders)) return false;
        MilterWriter.Write(output, (byte)MilterReply.AddHeader, Encoding.UTF8.GetBytes(name), Exact(value));
        return true;
    }

    /// <summary>Inserts a field so that it has this number, counted from 0.</summary>
    public bool InsertHeader(uint index, string name, ReadOnlySpan<byte> value)
    {
        if (!May(MilterActions.AddHeaders)) return false;
        MilterWriter.Write(output, (byte)MilterReply.InsertHeader, index, Encoding.UTF8.GetBytes(name), Exact(value));
        return true;
    }

    /// <summary>Deletes the nth field of a name, counted from 1. Several are deleted from the last to the first.</summary>
    public bool DeleteHeader(string name, int number)
    {
        if (!May(MilterActions.ChangeHeaders)) return false;
        MilterWriter.Write(output, (byte)MilterReply.ChangeHeader, (uint)number, Encoding.UTF8.GetBytes(name), default);
        return true;
    }

    /// <summary>The message is to be kept for a person to look at.</summary>
    public bool Quarantine(string reason)
    {
        if (!May(MilterActions.Quarantine)) return false;
        MilterWriter.Write(output, (byte)MilterReply.Quarantine, reason);
        return true;
    }

    private bool May(MilterActions action) => (agreed.Actions & action) != 0;

    /// <summary>A server that does not take values as they are puts the space there itself.</summary>
    private ReadOnlySpan<byte> Exact(ReadOnlySpan<byte> value) =>
        (agreed.Steps & MilterSteps.HeaderLeadingSpace) == 0 && value.Length > 0 && value[0] == ' ' ? value[1..] : value;
}
