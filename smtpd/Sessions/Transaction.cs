using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;
using MtaSuite.Smtpd.Proxy;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>
/// One mail transaction: what MAIL and RCPT said and what checks decided about the message. It ends in <see cref="Commit"/> or
/// <see cref="Rollback"/>; a stream to cleanup, or to a filter, that is still open then is abandoned, and nothing of the message remains.
/// </summary>
internal sealed class Transaction(string sender, MailParameters parameters, long arrivalMicroseconds)
{
    public string Sender { get; } = sender;
    public MailParameters Parameters { get; } = parameters;
    /// <summary>When MAIL was accepted, microseconds since 1970.</summary>
    public long ArrivalMicroseconds { get; } = arrivalMicroseconds;
    /// <summary>Given at the first accepted recipient, by cleanup's side; empty before, and with <see cref="Proxy"/>.</summary>
    public string QueueId = "";
    public List<EnvelopeRecipient> Recipients { get; } = [];
    /// <summary>Recipients refused for being too many.</summary>
    public int Overshoot;
    /// <summary>Bytes in all chunks of BDAT so far.</summary>
    public long ChunkSize;
    /// <summary>The client is one of local_header_rewrite_clients.</summary>
    public bool LocalClient;
    /// <summary>The content being received; null before DATA or BDAT.</summary>
    public ContentReceiver? Content;

    /// <summary>The filter that the message goes through instead of to cleanup; null: none.</summary>
    public ProxyTransaction? Proxy;

    // What access tables asked for.
    public bool Hold, Discard;
    public string Filter = "", Redirect = "";
    public List<string>? Bcc, Prepend;

    /// <summary>The milters that are to see the content, and the connections to them, which are the session's.</summary>
    public List<MilterHandover>? Milters;
    public int[] MilterDescriptors = [];

    private bool _openedHold;
    private string _openedFilter = "", _openedRedirect = "";
    private int _openedBcc;

    /// <summary>The message was opened at cleanup with what access tables have asked for so far.</summary>
    public void Opened() => (_openedHold, _openedFilter, _openedRedirect, _openedBcc) = (Hold, Filter, Redirect, Bcc?.Count ?? 0);

    /// <summary>What they have asked for since; null: nothing.</summary>
    public SubmitEnd? Changes()
    {
        if (Hold == _openedHold && Filter == _openedFilter && Redirect == _openedRedirect && (Bcc?.Count ?? 0) == _openedBcc
            && Milters is null) return null;
        return new SubmitEnd
        {
            Hold = Hold,
            Filter = Filter,
            Redirect = Redirect,
            Copies = [.. (Bcc ?? []).Skip(_openedBcc)],
            Milters = Milters ?? [],
            Descriptors = MilterDescriptors,
        };
    }

    /// <summary>"NOQUEUE" before the first recipient, and where a filter stands before the queue.</summary>
    public string LogId => QueueId.Length == 0 ? "NOQUEUE" : QueueId;

    /// <summary>The message is queued, or was deliberately thrown away.</summary>
    public void Commit() => Content = null;

    /// <summary>Gives the message up.</summary>
    public void Rollback()
    {
        Content?.Abandon();
        Content = null;
        Proxy?.Dispose();
    }
}
