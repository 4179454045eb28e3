using System.Text;
using MtaSuite.Common.Authentication.Dkim;

namespace MtaSuite.Common.Authentication.Messages;

/// <summary>
/// A message's header for signatures: every field with the bytes that it came with, in their order, the top one first. It is built from
/// the fields that a milter client sends, or by <see cref="MessageReader"/> from a file.
/// </summary>
/// <param name="maxSize">Bytes that are kept. Of what comes behind only From fields are kept (as much again at most), so that a message
/// cannot hide its author; <see cref="IsTooLarge"/> says so, and neither signer nor verifier works with such a header.</param>
public sealed class MessageHeader(int maxSize = MessageHeader.DefaultMaxSize)
{
    /// <summary>As large as Postfix's header_size_limit, there for a single field; ordinary headers have 2 to 20 KB.</summary>
    public const int DefaultMaxSize = 102_400;

    private readonly List<FieldBytes> _fields = [];
    private HeaderFields? _byName;
    private long _kept, _size;

    public IReadOnlyList<FieldBytes> Fields => _fields;

    /// <summary>Bytes of all fields, those that were not kept included.</summary>
    public int Size => (int)Math.Min(_size, int.MaxValue);

    public int MaxSize => maxSize;

    /// <summary>The fields as signatures choose them, made once for all that look at a header that is complete.</summary>
    internal HeaderFields ByName => _byName ??= new HeaderFields(this);

    public bool IsTooLarge => _size > maxSize;

    /// <summary>
    /// Adds a field as a milter gives it: the value with its leading blank (SMFIP_HDR_LEADSPC), lines separated by LF, no line end behind
    /// it. LF alone becomes CRLF; everything else stays.
    /// </summary>
    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        int lines = LoneLineFeeds(value), size = name.Length + 1 + value.Length + lines + 2;
        string text = Encoding.Latin1.GetString(name);
        if (!Takes(text, size)) return;
        byte[] bytes = new byte[size];
        name.CopyTo(bytes);
        bytes[name.Length] = (byte)':';
        CopyLines(value, bytes.AsSpan(name.Length + 1));
        "\r\n"u8.CopyTo(bytes.AsSpan(size - 2));
        _fields.Add(new FieldBytes(text.TrimEnd(' ', '\t'), bytes));
    }

    /// <summary>Adds a field with its bytes as they are: name, colon, value, CRLF.</summary>
    public void Add(FieldBytes field)
    {
        if (Takes(field.Name, field.Bytes.Length)) _fields.Add(field);
    }

    /// <summary>Puts a field on top, as a filter does with what it adds.</summary>
    public void InsertFirst(FieldBytes field)
    {
        if (Takes(field.Name, field.Bytes.Length)) _fields.Insert(0, field);
    }

    private bool Takes(string name, int size)
    {
        _size += size;
        _byName = null;
        bool isFrom = name.AsSpan().TrimEnd(" \t").Equals("From", StringComparison.OrdinalIgnoreCase);
        if (_kept + size > (isFrom ? 2L * maxSize : maxSize)) return false;
        _kept += size;
        return true;
    }

    private static int LoneLineFeeds(ReadOnlySpan<byte> value)
    {
        int count = 0;
        for (int i = 0; i < value.Length; i++)
            if (value[i] == '\n' && (i == 0 || value[i - 1] != '\r')) count++;
        return count;
    }

    private static void CopyLines(ReadOnlySpan<byte> value, Span<byte> to)
    {
        int at = 0;
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] == '\n' && (i == 0 || value[i - 1] != '\r')) to[at++] = (byte)'\r';
            to[at++] = value[i];
        }
    }
}
