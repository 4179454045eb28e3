using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Local.Mailboxes;

namespace MtaSuite.Local.Expansion;

/// <summary>
/// The addresses in a message's Delivered-To headers: a recipient found there had the message before, and delivering it again would go
/// round for ever.
/// </summary>
public sealed class DeliveredHeaders
{
    private const int MaxHeaders = 1000, MaxLine = 8192;

    private static ReadOnlySpan<byte> Name => "delivered-to:"u8;

    private HashSet<string>? _addresses;
    private byte[]? _carry; // a line that began in an earlier piece
    private int _carried;

    /// <summary>Reads the header of a message; false with errno set when the queue file can't be read.</summary>
    public static bool TryScan(MessageContent content, out DeliveredHeaders headers, out int errno)
    {
        headers = new DeliveredHeaders();
        errno = 0;
        for (long position = 0; position < content.Length;)
        {
            if (!content.TryPiece(position, out ReadOnlySpan<byte> piece, out errno)) return false;
            position += piece.Length;
            if (headers.Scan(piece, position >= content.Length)) break;
        }
        return true;
    }

    /// <summary>Whether the message was delivered to this address (internal form) before.</summary>
    public bool Contains(string address) => _addresses != null && _addresses.Contains(Address.Quote822(address));

    /// <summary>Takes the next piece of the message, cut anywhere; true when the header is over.</summary>
    internal bool Scan(ReadOnlySpan<byte> piece, bool last)
    {
        while (piece.Length > 0)
        {
            int end = piece.IndexOf((byte)'\n');
            if (end < 0)
            {
                Carry(piece);
                piece = default;
                if (!last) return false;
                break;
            }
            ReadOnlySpan<byte> line = piece[..end];
            piece = piece[(end + 1)..];
            if (_carried > 0)
            {
                Carry(line);
                line = _carry.AsSpan(0, _carried);
                _carried = 0;
            }
            if (EndsHeader(line)) return true;
        }
        if (last && _carried > 0) EndsHeader(_carry.AsSpan(0, _carried));
        return last;
    }

    /// <summary>Keeps the start of a line for the next piece; what is beyond any address is dropped.</summary>
    private void Carry(ReadOnlySpan<byte> part)
    {
        _carry ??= new byte[MaxLine];
        int n = Math.Min(part.Length, MaxLine - _carried);
        part[..n].CopyTo(_carry.AsSpan(_carried));
        _carried += n;
    }

    private bool EndsHeader(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty) return true;
        if (line[0] is (byte)' ' or (byte)'\t') return false;
        if ((line[0] | 0x20) != 'd') return line.IndexOf((byte)':') <= 0;
        if (line.Length > Name.Length && Ascii.EqualsIgnoreCase(line[..Name.Length], Name)) Add(line[Name.Length..]);
        else if (line.IndexOf((byte)':') <= 0) return true;
        return _addresses?.Count >= MaxHeaders;
    }

    private void Add(ReadOnlySpan<byte> value)
    {
        string address = Encoding.UTF8.GetString(value.Trim(" \t\r"u8));
        (_addresses ??= new HashSet<string>(StringComparer.OrdinalIgnoreCase)).Add(address);
    }
}
