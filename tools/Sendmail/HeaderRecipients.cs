using MtaSuite.Common.Mail;

namespace MtaSuite.Tools.Sendmail;

/// <summary>Whether the header of a message that streams by names recipients (sendmail -t).</summary>
internal sealed class HeaderRecipients
{
    private readonly HeaderScanner _scanner = new();
    private readonly List<string> _found = [];
    private bool _ended;

    /// <summary>Takes the next piece of content; line ends are LF.</summary>
    public void Take(ReadOnlySpan<byte> content)
    {
        while (!_ended && !content.IsEmpty) Note(_scanner.Read(ref content));
    }

    /// <summary>The content is complete: true when there is a recipient.</summary>
    public bool Finish()
    {
        while (!_ended) Note(_scanner.Finish());
        return _found.Count > 0;
    }

    private void Note(HeaderEvent e)
    {
        if (e == HeaderEvent.Header && (_scanner.Name.Traits() & HeaderTraits.Extract) != 0) HeaderAddresses.Extract(_scanner.Value, _found);
        _ended = _found.Count > 0 || e is HeaderEvent.EndAtBlankLine or HeaderEvent.EndAtOtherLine or HeaderEvent.EndOfContent;
    }
}
