using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Http;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Tlsrpt;

/// <summary>Hands reports over: by mail to cleanup, by HTTPS to a web server (RFC 8460 5.3, 5.4).</summary>
/// <param name="resolver">Made when it is first needed.</param>
internal sealed class ReportSender(EventLoop loop, SpoolDirectory spool, MailConfig config, ReportSettings settings,
    Func<DnsResolver> resolver)
{
    private WebClient? _web;
    private readonly CleanupClient _cleanup = new(loop, spool.SocketPath(false, config.Get(CleanupParams.CleanupServiceName)));

    /// <summary>Sends a report to one of its addresses.</summary>
    public async Task<Outcome> SendAsync(DomainTally tally, string address)
    {
        byte[] gzip = ReportJson.Compress(ReportJson.Write(tally, settings));
        if (TlsReportRecord.Mailbox(address) is { } mailbox) return await MailAsync(tally, mailbox, gzip);
        return TlsReportRecord.WebAddress(address) is { } url ? await PostAsync(url, gzip)
            : Outcome.Bounce("5.1.0", "not an address for reports");
    }

    private async Task<Outcome> MailAsync(DomainTally tally, string mailbox, byte[] gzip)
    {
        Submission message = _cleanup.Open(new SubmitRequest
        {
            Envelope = new Envelope
            {
                QueueId = QueueId.Next(loop.Time),
                ArrivalMicroseconds = QueueId.Microseconds(loop.Time),
                Sender = settings.Sender,
                Body = BodyType.SevenBit,
                Origin = "tlsrpt",
                Recipients = [new EnvelopeRecipient { Address = mailbox }],
            },
            Cleanup = CleanupFlags.Rewrite | CleanupFlags.Aliases,
            LocalClient = true,
        });
        message.Write(ReportMail.Compose(tally, mailbox, gzip, settings));
        SubmitReply reply = await message.FinishAsync();
        return reply.Outcome.IsOk ? Outcome.Ok($"queued as {reply.QueueId}") : reply.Outcome;
    }

    /// <summary>A server that refuses the report for good says so with a 4xx code; anything else may be better next time.</summary>
    private async Task<Outcome> PostAsync(Uri url, byte[] gzip)
    {
        _web ??= new WebClient(new HostLookup(resolver(),
            HostLookupOptions.Of(config, HostLookupOptions.ParseSources(config.GetList(SmtpClientParams.SmtpHostLookup)))));
        WebResult result = await _web.SendAsync(
            new WebCall { Url = url, Body = gzip, ContentType = "application/tlsrpt+gzip", AuthorityFile = settings.AuthorityFile });
        if (result.IsOk) return Outcome.Ok(result.Text);
        return result is { Status: WebStatus.Answered, Code: >= 400 and < 500 and not (408 or 429) } ? Outcome.Bounce("5.4.0", result.Text)
            : Outcome.Defer("4.4.0", result.Text);
    }

    public void Close() => _cleanup.Close();
}
