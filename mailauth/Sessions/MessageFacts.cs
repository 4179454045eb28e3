using MtaSuite.Common.Authentication.Dmarc;
using MtaSuite.Common.Authentication.Messages;

namespace MtaSuite.Mailauth.Sessions;

/// <summary>What is known of a message when its header is complete.</summary>
internal sealed class MessageFacts(int headerLimit)
{
    public required ClientFacts Client { get; init; }
    public required string Helo { get; init; }
    /// <summary>The envelope sender in internal form; empty: the null sender.</summary>
    public required string Sender { get; init; }
    /// <summary>Whose session it is; empty: nobody has logged in.</summary>
    public required string Login { get; init; }

    public MessageHeader Header { get; } = new(headerLimit);

    /// <summary>Which of the Authentication-Results fields claim to be ours, counted from 1.</summary>
    public List<int> ForgedResults { get; } = [];

    public AuthorDomains Authors => field ??= AuthorDomains.Of(Header.Fields.Where(f => f.Is("From")).Select(f => f.Value));

    /// <summary>Who is meant to have written it: the author, else the envelope sender.</summary>
    public string Author => Authors.FirstAddress.Length > 0 ? Authors.FirstAddress : Sender;
}

/// <summary>What is done with one message: made when its header is complete.</summary>
internal interface IMessageWork : IDisposable
{
    /// <summary>A piece of the body.</summary>
    void Take(ReadOnlySpan<byte> piece);

    /// <summary>The message is complete: changes it, and has the last word.</summary>
    /// <param name="queueId">For the log.</param>
    Task<Common.Milter.Server.MilterAnswer> FinishAsync(Common.Milter.Server.MilterChanges changes, string queueId);
}
