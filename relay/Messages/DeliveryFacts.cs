using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Spool;

namespace MtaSuite.Relay.Messages;

/// <summary>What of a message decides which extensions its delivery needs.</summary>
/// <param name="Size">Bytes of the content as queued.</param>
/// <param name="HasEightBit">The content has bytes above 127.</param>
/// <param name="NeedsUtf8">Sender or header need SMTPUTF8, whoever the recipient is (RFC 6531 3.2).</param>
internal readonly record struct DeliveryFacts(long Size, bool HasEightBit, bool NeedsUtf8)
{
    private const int PieceSize = 64 * 1024;

    /// <summary>Looks at the content as far as needed.</summary>
    /// <param name="file">The open queue file.</param>
    /// <param name="buffer">Scratch.</param>
    public static DeliveryFacts Of(DeliverRequest request, string sender, int file, byte[] buffer)
    {
        bool eightBit = request.Body != BodyType.SevenBit && HasHighBytes(file, request.Content, buffer);
        bool utf8 = !Address.IsAscii(sender) || (request.SmtpUtf8 && HasHighHeader(file, request, buffer));
        return new DeliveryFacts(request.Content.Length, eightBit, utf8);
    }

    private static bool HasHighBytes(int file, ContentSegments content, byte[] buffer)
    {
        for (long at = 0; at < content.Length;)
        {
            int n = content.Read(file, buffer, at);
            if (n <= 0) return false; // told when the content is sent
            if (!System.Text.Ascii.IsValid(buffer.AsSpan(0, n))) return true;
            at += n;
        }
        return false;
    }

    /// <summary>The header is what stands before the first empty line.</summary>
    private static bool HasHighHeader(int file, DeliverRequest request, byte[] buffer)
    {
        bool atLineStart = true;
        for (long at = 0; at < request.Content.Length;)
        {
            int n = request.Content.Read(file, buffer, at);
            if (n <= 0) return false;
            ReadOnlySpan<byte> piece = buffer.AsSpan(0, n);
            int end = atLineStart && piece[0] == '\n' ? 0 : piece.IndexOf("\n\n"u8);
            if (!System.Text.Ascii.IsValid(end < 0 ? piece : piece[..end])) return true;
            if (end >= 0) return false;
            atLineStart = piece[^1] == '\n';
            at += n;
        }
        return false;
    }
}
