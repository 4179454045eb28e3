using System.Buffers;
using System.Globalization;
using System.Text;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Spool;

/// <summary>
/// The line of a per-message log. UTF-8 text that people can read:
/// <code>
/// line  = "v1" 1*( TAB name "=" value ) TAB "." LF
/// value = bytes but %x00-1F, %x7F and "%", which are written "%" 2HEXDIG
/// </code>
/// The final "." distinguishes a complete line from a torn one. Unknown names are skipped; empty values are not written.
/// </summary>
public static class LogRecordCodec
{
    /// <summary>The longest line, line feed included. The limits of the values add up to less.</summary>
    public const int MaxLine = 16 * 1024;
    private const int MaxAddress = 2048;
    private const int MaxText = 4000;
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public static void Encode(DeliveryRecord record, IBufferWriter<byte> output)
    {
        output.Write("v1"u8);
        if (record.Offset >= 0) Put(output, "offset", record.Offset.ToString(CultureInfo.InvariantCulture), 20);
        Put(output, "recipient", record.Recipient, MaxAddress, evenEmpty: true);
        Put(output, "original", record.Original, MaxAddress);
        Put(output, "orcpt", record.DsnOriginal, MaxAddress);
        if (record.Notify != Notify.Default) Put(output, "notify", ((int)record.Notify).ToString(CultureInfo.InvariantCulture), 4);
        Put(output, "status", record.Status.ToString(), 16);
        Put(output, "action", NotifyRules.Name(record.Action), 16);
        Put(output, "time", record.Time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture), 24);
        Put(output, "remote", record.RemoteMta, 512);
        Put(output, "diagtype", record.DiagnosticType, 64);
        Put(output, "diag", record.Diagnostic, MaxText);
        Put(output, "text", record.Text, MaxText);
        output.Write("\t.\n"u8);
    }

    /// <summary>Reads a line without its line feed. False: torn, or not a record.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> line, out DeliveryRecord record)
    {
        record = Empty;
        if (line.Length > MaxLine || !line.StartsWith("v1\t"u8) || !line.EndsWith("\t."u8)) return false;
        line = line[3..];
        Fields f = default;
        // the last field is the end mark; a single "." means that there was no field at all
        while (!line.SequenceEqual("."u8))
        {
            int tab = line.IndexOf((byte)'\t');
            if (tab < 0) return false;
            ReadOnlySpan<byte> field = line[..tab];
            line = line[(tab + 1)..];
            int equals = field.IndexOf((byte)'=');
            if (equals <= 0 || !f.TrySet(field[..equals], Unescape(field[(equals + 1)..]))) return false;
        }
        if (f.Recipient is null || f.Status.IsEmpty) return false;
        record = f.ToRecord();
        return true;
    }

    private static readonly DeliveryRecord Empty = new() { Recipient = "" };

    private ref struct Fields
    {
        public string? Recipient;
        public DsnStatus Status;
        private string? _original, _orcpt, _remote, _type, _diagnostic, _text;
        private long? _offset;
        private Notify _notify;
        private DeliveryAction? _action;
        private DateTimeOffset _time;

        public bool TrySet(ReadOnlySpan<byte> name, string value)
        {
            switch (name)
            {
                case var n when n.SequenceEqual("recipient"u8): Recipient = value; return true;
                case var n when n.SequenceEqual("original"u8): _original = value; return true;
                case var n when n.SequenceEqual("orcpt"u8): _orcpt = value; return true;
                case var n when n.SequenceEqual("remote"u8): _remote = value; return true;
                case var n when n.SequenceEqual("diagtype"u8): _type = value; return true;
                case var n when n.SequenceEqual("diag"u8): _diagnostic = value; return true;
                case var n when n.SequenceEqual("text"u8): _text = value; return true;
                case var n when n.SequenceEqual("action"u8):
                    bool isAction = NotifyRules.TryParseAction(value, out DeliveryAction action);
                    _action = action;
                    return isAction;
                case var n when n.SequenceEqual("status"u8):
                    return DsnStatus.TryParse(value, out Status, out int used)
                    && used == value.Length;
                case var n when n.SequenceEqual("offset"u8):
                    bool isNumber = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long offset);
                    _offset = offset;
                    return isNumber;
                case var n when n.SequenceEqual("notify"u8):
                    bool isFlags = byte.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out byte flags) && flags < 16;
                    _notify = (Notify)flags;
                    return isFlags;
                case var n when n.SequenceEqual("time"u8):
                    return DateTimeOffset.TryParseExact(value, TimeFormat, CultureInfo.InvariantCulture,
                        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out _time);
                default: return true;
            }
        }

        public readonly DeliveryRecord ToRecord() => new()
        {
            Recipient = Recipient ?? "",
            Original = _original ?? "",
            DsnOriginal = _orcpt ?? "",
            Notify = _notify,
            Offset = _offset ?? -1,
            Status = Status,
            Action = _action ?? DeliveryAction.Failed,
            DiagnosticType = _type ?? "",
            Diagnostic = _diagnostic ?? "",
            RemoteMta = _remote ?? "",
            Text = _text ?? "",
            Time = _time,
        };
    }

    private static void Put(IBufferWriter<byte> output, string name, string value, int max, bool evenEmpty = false)
    {
        if (value.Length == 0 && !evenEmpty) return;
        Span<byte> room = output.GetSpan(name.Length + 2 + max);
        room[0] = (byte)'\t';
        int n = 1 + Encoding.ASCII.GetBytes(name, room[1..]);
        room[n++] = (byte)'=';
        n += Escape(value, room.Slice(n, max));
        output.Advance(n);
    }

    /// <summary>Writes as many whole characters as fit, so that a cut value is still UTF-8.</summary>
    private static int Escape(string value, Span<byte> room)
    {
        int n = 0;
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in value.EnumerateRunes())
        {
            bool plain = rune.Value is >= 0x20 and not (0x7F or '%');
            int length = plain ? rune.EncodeToUtf8(utf8) : 3;
            if (n + length > room.Length) break;
            if (plain) utf8[..length].CopyTo(room[n..]);
            else
            {
                room[n] = (byte)'%';
                room[n + 1] = HexDigit(rune.Value >> 4);
                room[n + 2] = HexDigit(rune.Value & 15);
            }
            n += length;
        }
        return n;
    }

    private static byte HexDigit(int value) => (byte)"0123456789ABCDEF"[value];

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static string Unescape(ReadOnlySpan<byte> value)
    {
        if (!value.Contains((byte)'%')) return Encoding.UTF8.GetString(value);
        byte[] plain = new byte[value.Length];
        int n = 0;
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] == '%' && i + 2 < value.Length && char.IsAsciiHexDigit((char)value[i + 1])
                && char.IsAsciiHexDigit((char)value[i + 2]))
            {
                plain[n++] = (byte)((HexValue(value[i + 1]) << 4) | HexValue(value[i + 2]));
                i += 2;
            }
            else plain[n++] = value[i];
        }
        return Encoding.UTF8.GetString(plain.AsSpan(0, n));
    }
}
