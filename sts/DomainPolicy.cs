using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Tls.Client;

namespace MtaSuite.Sts;

/// <summary>What is known of one domain's MTA-STS, if only that it has none. Times in seconds since 1970.</summary>
internal sealed class DomainPolicy(string domain)
{
    public string Domain { get; } = domain;

    public KnownPolicy? Known { get; set; }

    /// <summary>The name service is asked again from then on; the policy's host not before.</summary>
    public long CheckAt { get; set; }
    public long FetchAt { get; set; }

    /// <summary>The last time that it was asked for.</summary>
    public long Asked { get; set; }

    /// <summary>The look that is under way; null: none.</summary>
    public Task? UnderWay { get; set; }

    public TlsResult Failure { get; private set; }
    public string Reason { get; private set; } = "";

    public KnownPolicy? ValidAt(long now) => Known != null && now < Known.Expires ? Known : null;

    public void Fail(TlsResult failure, string reason) => (Failure, Reason) = (failure, reason);

    public void Succeed() => Fail(TlsResult.Success, "");

    /// <summary>RFC 8461 5.1: a policy that has not expired counts whatever became of the look for a newer one.</summary>
    public StsReply Reply(long now)
    {
        StsReply reply = new() { Failure = Failure, Reason = Reason };
        if (ValidAt(now) is not { } known) return reply;
        (reply.Mode, reply.Patterns, reply.Lines) = (known.File.Mode, [.. known.File.Patterns], [.. known.File.Lines]);
        return reply;
    }
}
