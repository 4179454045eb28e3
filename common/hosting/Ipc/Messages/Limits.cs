using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Ipc.Messages;

/// <summary>Most bytes of the fields of messages, and most items of their lists.</summary>
public static class Limits
{
    public const int Name = 128;
    public const int Address = 4096;
    public const int Text = 16 * 1024;
    public const int Recipients = 50_000;
}

/// <summary>Mail values as attributes.</summary>
public static class MailAttributes
{
    public static void Enum<C, T>(this ref C codec, ReadOnlySpan<byte> name, ref T value)
        where C : struct, IAttributeCodec, allows ref struct
        where T : unmanaged, Enum
    {
        long v = codec.Decoding ? 0 : Convert(value);
        codec.Long(name, ref v);
        if (codec.Decoding) value = System.Runtime.CompilerServices.Unsafe.SizeOf<T>() == 1
            ? System.Runtime.CompilerServices.Unsafe.BitCast<byte, T>((byte)v)
            : System.Runtime.CompilerServices.Unsafe.BitCast<uint, T>((uint)v);
    }

    private static long Convert<T>(T value) where T : unmanaged, Enum => System.Runtime.CompilerServices.Unsafe.SizeOf<T>() == 1
        ? System.Runtime.CompilerServices.Unsafe.BitCast<T, byte>(value)
        : System.Runtime.CompilerServices.Unsafe.BitCast<T, uint>(value);

    /// <summary>An outcome; a kind that is not known decodes as temporary. Texts over the limit are cut: they are for people.</summary>
    public static void Outcome<C>(this ref C codec, ref Outcome outcome) where C : struct, IAttributeCodec, allows ref struct
    {
        OutcomeKind kind = outcome.Kind;
        string status = codec.Decoding ? "" : outcome.Status.ToString();
        int code = outcome.Code;
        (string text, string remote, string diagnostic) =
            (Cut(outcome.Text, Limits.Text), Cut(outcome.Remote, Limits.Address), Cut(outcome.Diagnostic, Limits.Text));
        codec.Enum("kind"u8, ref kind);
        codec.Text("dsn"u8, ref status, Limits.Name);
        codec.Int("code"u8, ref code);
        codec.Text("text"u8, ref text, Limits.Text);
        codec.Text("remote"u8, ref remote, Limits.Address);
        codec.Text("diagnostic"u8, ref diagnostic, Limits.Text);
        if (!codec.Decoding) return;
        _ = DsnStatus.TryParse(status, out DsnStatus dsn, out _);
        if (kind > OutcomeKind.Permanent) kind = OutcomeKind.Temporary;
        outcome = new Outcome(kind, dsn, code, text, remote) { Diagnostic = diagnostic };
    }

    /// <summary>A text for people, cut to a limit of bytes.</summary>
    internal static string Cut(string text, int maxBytes)
    {
        if (text.Length <= maxBytes / 3 || System.Text.Encoding.UTF8.GetByteCount(text) <= maxBytes) return text;
        int keep = maxBytes / 3;
        return text[..(char.IsHighSurrogate(text[keep - 1]) ? keep - 1 : keep)];
    }
}
