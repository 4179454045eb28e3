using MtaSuite.Common.Milter.Client;

namespace MtaSuite.Common.Milter.Server;

/// <summary>
/// What a milter does with the events of one SMTP session. One object for each session; on the loop's thread. Spans are valid during the
/// call only. What is not overridden goes on.
/// </summary>
public abstract class MilterHandler
{
    /// <summary>What the mail server has told beside the events.</summary>
    public MilterMacros Macros { get; } = new();

    /// <summary>What was agreed on.</summary>
    public MilterOptions Agreed { get; internal set; } = new();

    /// <summary>
    /// What the milter wants: actions, events that it does not get, and events that it does not answer. The session takes of it what the
    /// server offers; an event that is answered all the same gets what the method returns.
    /// </summary>
    public abstract MilterOptions Wants { get; }

    public virtual ValueTask<MilterAnswer> ConnectAsync(MilterClient client) => default;

    public virtual ValueTask<MilterAnswer> HeloAsync(string name) => default;

    /// <param name="path">The envelope sender in angle brackets, as the client wrote it.</param>
    /// <param name="arguments">ESMTP parameters.</param>
    public virtual ValueTask<MilterAnswer> MailAsync(string path, IReadOnlyList<string> arguments) => default;

    public virtual ValueTask<MilterAnswer> RcptAsync(string path, IReadOnlyList<string> arguments) => default;

    public virtual ValueTask<MilterAnswer> DataAsync() => default;

    /// <summary>A header field.</summary>
    /// <param name="value">Behind the colon, with the space at its front where that was agreed on; LF between lines.</param>
    public virtual MilterAnswer Header(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => default;

    public virtual ValueTask<MilterAnswer> EndOfHeaderAsync() => default;

    /// <summary>A piece of the body, lines ending in CR LF, cut anywhere.</summary>
    public virtual MilterAnswer Body(ReadOnlySpan<byte> piece) => default;

    /// <summary>The end of the message: the last word, and the only place for changes.</summary>
    public virtual ValueTask<MilterAnswer> EndOfMessageAsync(MilterChanges changes) => default;

    public virtual ValueTask<MilterAnswer> UnknownAsync(string line) => default;

    /// <summary>The message is over: given up, or answered. Another one may follow.</summary>
    public virtual void MessageDone() { }

    /// <summary>The session is over.</summary>
    public virtual void Closed() { }
}

/// <summary>A milter's answer to an event; the default is to go on.</summary>
/// <param name="Text">Of a refusal with a text: <c>code SP status SP text</c>.</param>
public readonly record struct MilterAnswer(MilterReply Kind, string Text = "")
{
    public static readonly MilterAnswer Continue = new(MilterReply.Continue);
    /// <summary>No more of this message, or of this session at connect and HELO.</summary>
    public static readonly MilterAnswer Accept = new(MilterReply.Accept);
    public static readonly MilterAnswer Reject = new(MilterReply.Reject);
    public static readonly MilterAnswer TemporaryFailure = new(MilterReply.TemporaryFailure);
    public static readonly MilterAnswer Discard = new(MilterReply.Discard);

    /// <summary>A refusal with a reply of SMTP: "550 5.7.1 text".</summary>
    public static MilterAnswer Reply(string text) => new(MilterReply.ReplyCode, text);

    /// <summary>It ends the message, or the session.</summary>
    public bool IsFinal => Kind is not (0 or MilterReply.Continue);
}
