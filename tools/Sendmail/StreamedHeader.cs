using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;

namespace MtaSuite.Tools.Sendmail;

/// <summary>
/// The recipients in the header of a message that streams by (sendmail -t), for the way into the queue on which nobody else looks at
/// once.
/// </summary>
internal sealed class StreamedHeader
{
    private readonly HeaderScanner _scanner = new();
    private readonly HeaderRecipients _recipients = new(Limits.Recipients);
    private bool _ended;

    public StreamedHeader() => _scanner.Reader = _recipients;

    /// <summary>Takes the next piece of content; line ends are LF.</summary>
    public void Take(ReadOnlySpan<byte> content)
    {
        while (!_ended && !content.IsEmpty) Note(_scanner.Read(ref content));
    }

    /// <summary>The content is complete: the recipients of its header.</summary>
    public HeaderRecipients Finish()
    {
        while (!_ended) Note(_scanner.Finish());
        return _recipients;
    }

    private void Note(HeaderEvent e) => _ended = e is HeaderEvent.EndAtBlankLine or HeaderEvent.EndAtOtherLine or HeaderEvent.EndOfContent;
}
