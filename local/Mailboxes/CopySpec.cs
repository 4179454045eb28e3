namespace MtaSuite.Local.Mailboxes;

/// <summary>What is put around and into a message on its way into a mailbox or command.</summary>
[Flags]
public enum CopyOptions
{
    None = 0,
    /// <summary>A "From sender date" line first.</summary>
    FromLine = 1,
    ReturnPath = 2,
    OriginalTo = 4,
    DeliveredTo = 8,
    /// <summary>"&gt;" before lines that start with "From ".</summary>
    QuoteFrom = 16,
    /// <summary>"." before lines that start with ".".</summary>
    DoubleDots = 32,
    /// <summary>An empty line last.</summary>
    BlankLine = 64,

    /// <summary>A message in a file of many.</summary>
    Mbox = FromLine | ReturnPath | OriginalTo | DeliveredTo | QuoteFrom | BlankLine,
    /// <summary>A file of its own.</summary>
    Maildir = ReturnPath | OriginalTo | DeliveredTo,
    /// <summary>The standard input of a command.</summary>
    Command = FromLine | ReturnPath | OriginalTo | DeliveredTo,
}

/// <summary>The addresses (unquoted form) and options of one copy of a message.</summary>
/// <param name="Sender">Envelope sender, empty for a notice.</param>
/// <param name="Original">The recipient before rewriting and aliasing; empty: no X-Original-To.</param>
/// <param name="Delivered">The address of Delivered-To.</param>
/// <param name="EndOfLine">What ends each line; the queue file has LF.</param>
public sealed record CopySpec(string Sender, string Original, string Delivered, CopyOptions Options, string EndOfLine = "\n")
{
    /// <summary>Whether content has to be changed on the way.</summary>
    public bool Transforms => (Options & (CopyOptions.QuoteFrom | CopyOptions.DoubleDots)) != 0 || EndOfLine != "\n";
}
