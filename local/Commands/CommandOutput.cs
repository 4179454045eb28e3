using System.Text;

namespace MtaSuite.Local.Commands;

/// <summary>The first bytes that a command printed, as a line for log and notice.</summary>
internal sealed class CommandOutput
{
    public const int Limit = 4096;

    private readonly byte[] _bytes = new byte[Limit];
    private int _length;

    /// <summary>Keeps what still fits; the rest is read and dropped, so that the command is not held up.</summary>
    public void Add(ReadOnlySpan<byte> data)
    {
        int n = Math.Min(data.Length, Limit - _length);
        data[..n].CopyTo(_bytes.AsSpan(_length));
        _length += n;
    }

    /// <summary>Line ends and tabs as spaces, other control characters and bytes that are not UTF-8 as "_".</summary>
    public string ToText()
    {
        StringBuilder text = new(_length);
        ReadOnlySpan<byte> rest = _bytes.AsSpan(0, _length);
        while (rest.Length > 0)
        {
            bool valid = Rune.DecodeFromUtf8(rest, out Rune rune, out int used) == System.Buffers.OperationStatus.Done;
            if (!valid) text.Append('_');
            else if (rune.Value is '\n' or '\t') text.Append(' ');
            else if (Rune.IsControl(rune)) text.Append('_');
            else text.Append(rune.ToString());
            rest = rest[used..];
        }
        return text.ToString().Trim(' ');
    }
}
