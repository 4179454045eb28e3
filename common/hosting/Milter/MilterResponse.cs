using System.Buffers.Binary;
using System.Text;

namespace MtaSuite.Common.Milter;

/// <summary>
/// One answer of a milter, as the server reads it. <see cref="Name"/> and <see cref="Value"/> are bytes, since header fields may have any:
/// <code>
/// chgheader, insheader = index:u32 name NUL value NUL      ; insheader counts from 0, chgheader from 1
/// addheader            = name NUL value NUL
/// addrcpt, delrcpt     = address NUL
/// addrcpt_par, chgfrom = address NUL [arguments NUL]
/// quarantine, replycode = text NUL
/// replbody             = content
/// </code>
/// The others have no data.
/// </summary>
public readonly ref struct MilterResponse
{
    public MilterReply Kind { get; private init; }

    /// <summary>The number of a header field.</summary>
    public uint Index { get; private init; }

    /// <summary>The name of a field, an address, or a text.</summary>
    public ReadOnlySpan<byte> Name { get; private init; }

    /// <summary>The value of a field, or ESMTP arguments.</summary>
    public ReadOnlySpan<byte> Value { get; private init; }

    /// <summary>It changes the message: allowed at its end only.</summary>
    public bool IsEdit => Kind is MilterReply.AddHeader or MilterReply.InsertHeader or MilterReply.ChangeHeader or MilterReply.ReplaceBody
        or MilterReply.ChangeSender or MilterReply.AddRecipient or MilterReply.AddRecipientWithArguments or MilterReply.DeleteRecipient;

    /// <summary>Reads the data of a packet; false, with what is wrong.</summary>
    public static bool TryParse(byte code, ReadOnlySpan<byte> data, out MilterResponse response, out string error)
    {
        error = "";
        MilterReply kind = (MilterReply)code;
        response = new MilterResponse { Kind = kind };
        switch (kind)
        {
            case MilterReply.Progress or MilterReply.Continue or MilterReply.Accept or MilterReply.Discard or MilterReply.Reject
                or MilterReply.TemporaryFailure or MilterReply.Shutdown or MilterReply.Skip:
                if (data.Length > 0) error = $"reply {kind} was followed by {data.Length} data bytes";
                return data.IsEmpty;
            case MilterReply.ReplaceBody:
                response = new MilterResponse { Kind = kind, Value = data };
                return true;
            case MilterReply.ReplyCode or MilterReply.Quarantine:
                // some libraries leave out the NUL at the end
                response = new MilterResponse { Kind = kind, Name = data.Length > 0 && data[^1] == 0 ? data[..^1] : data };
                return true;
            case MilterReply.ChangeHeader or MilterReply.InsertHeader:
                return TryField(kind, data, numbered: true, out response, out error);
            case MilterReply.AddHeader:
                return TryField(kind, data, numbered: false, out response, out error);
            case MilterReply.AddRecipient or MilterReply.DeleteRecipient:
                return TryTexts(kind, data, most: 1, least: 1, 0, out response, out error);
            case MilterReply.AddRecipientWithArguments or MilterReply.ChangeSender:
                return TryTexts(kind, data, most: 2, least: 1, 0, out response, out error);
            default:
                error = $"unexpected filter response {Describe(code)}";
                return false;
        }
    }

    /// <summary>The code of an answer, for the log.</summary>
    public static string Describe(byte code) =>
        Enum.IsDefined((MilterReply)code) ? ((MilterReply)code).ToString()
        : code is > 0x20 and < 0x7f ? $"\"{(char)code}\"" : $"0x{code:x2}";

    private static bool TryField(MilterReply kind, ReadOnlySpan<byte> data, bool numbered, out MilterResponse response, out string error)
    {
        response = default;
        error = "input packet too short for network long";
        if (numbered && data.Length < 4) return false;
        uint index = numbered ? BinaryPrimitives.ReadUInt32BigEndian(data) : 0;
        return TryTexts(kind, numbered ? data[4..] : data, most: 2, least: 2, index, out response, out error);
    }

    private static bool TryTexts(MilterReply kind, ReadOnlySpan<byte> data, int most, int least, uint index, out MilterResponse response,
        out string error)
    {
        response = default;
        ReadOnlySpan<byte> second = data[..0];
        if (!TryText(ref data, out ReadOnlySpan<byte> first, out error)) return false;
        if ((least > 1 || (most > 1 && !data.IsEmpty)) && !TryText(ref data, out second, out error)) return false;
        if (!data.IsEmpty) error = $"left-over data {data.Length} bytes";
        response = new MilterResponse { Kind = kind, Index = index, Name = first, Value = second };
        return data.IsEmpty;
    }

    internal static bool TryText(scoped ref ReadOnlySpan<byte> data, out ReadOnlySpan<byte> text, out string error)
    {
        int end = data.IndexOf((byte)0);
        text = end < 0 ? default : data[..end];
        error = data.IsEmpty ? "packet too short for string" : end < 0 ? "missing string null terminator" : "";
        if (end >= 0) data = data[(end + 1)..];
        return end >= 0;
    }
}
