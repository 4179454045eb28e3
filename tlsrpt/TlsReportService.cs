using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;

namespace MtaSuite.Tlsrpt;

/// <summary>
/// The service tlsrpt (RFC 8460): counts the TLS sessions that relay reports, by the domains that ask for reports, and sends each of them
/// one report a day. The process stays as long as there is something to report; its data is in a journal, so that it may end at any
/// time.
/// </summary>
internal sealed class TlsReportService : RequestService, IService
{
    private static readonly TimeSpan Pulse = TimeSpan.FromSeconds(30);
    /// <summary>RFC 8460 5.5: for 24 hours after the first attempt, with longer and longer pauses.</summary>
    private const long FirstPause = 15 * 60, RetryPeriod = 24 * 3600;
    /// <summary>Reports under way at once: after a pause of the service, or when they are asked for, all may be due.</summary>
    private const int MaxSending = 20;
    private readonly ReportSettings _settings;
    private readonly ReportBook _book;
    private readonly StateJournal _journal;
    private readonly ReportSender _sender;
    private DnsResolver? _resolver;
    private int _sending;
    private bool _saidFull;

    public TlsReportService(ServiceContext context) : base(context)
    {
        _settings = ReportSettings.Read(context.Config);
        _book = new ReportBook(_settings);
        _journal = new StateJournal(Loop, Path.Combine(context.Config.Get(CommonParams.DataDirectory), "tlsrpt.journal"),
            "MTASUITE TLSRPT 1", "data for reports on TLS");
        foreach (string line in _journal.Load())
            if (ReportRecord.Parse(line) is { } record) _book.Restore(record);
        _book.Changed = Remember;
        _sender = new ReportSender(Loop, Spool, context.Config, _settings, Resolver);
        Loop.Every(Pulse, Work);
        Loop.Post(Work);
    }

    public override int Active => _book.Count;

    private long Now => Loop.Time.GetUtcNow().ToUnixTimeSeconds();

    protected override bool Notice(Link link, ReadOnlySpan<byte> payload)
    {
        TlsReportNotice notice = new();
        if (!AttributeDecoder.TryDecode(payload, notice)) return false;
        if (SessionFacts.Of(notice) is not { } facts) return true; // not worth a link
        _book.Add(facts, Now, out DomainTally? ask);
        if (ask != null) AskFirstAsync(ask).Detach();
        if (_book.IsFull && !_saidFull)
            Log.Warning(
                $"TLS sessions with more than {_settings.DomainLimit} domains a day (tlsrpt_domain_limit): the rest is not reported");
        _saidFull = _book.IsFull;
        return true;
    }

    protected override bool Answer(LinkStream stream, ReadOnlySpan<byte> request)
    {
        TlsReportQuery query = new();
        if (!AttributeDecoder.TryDecode(request, query)) return false;
        if (query.Send)
        {
            _book.EndNow(Now);
            Loop.Post(Work);
        }
        foreach (DomainTally tally in _book.Closed.Concat(_book.Open)) stream.Send(FrameType.Progress, StateOf(tally));
        stream.Send(FrameType.Reply, new TlsReportReply { Domains = _book.Count });
        return true;
    }

    private static TlsReportState StateOf(DomainTally tally) => new()
    {
        Domain = tally.Domain,
        Start = tally.Start,
        End = tally.End,
        Due = tally.Due,
        Addresses = string.Join(' ', tally.Addresses ?? []),
        Successes = tally.Successes,
        Failures = tally.Failures,
        Details = [.. tally.Policies.SelectMany(p => p.Details.Select(d => new TlsFailureState
        {
            PolicyType = p.Key.Type, Result = d.Key.Result, MxHost = d.Key.MxHost, Reason = d.Key.Reason, Count = d.Value,
        })).OrderByDescending(d => d.Count).Take(TlsReportState.MaxFailures)],
    };

    public void Wakeup() => Work();

    /// <summary>Ends days, sends what is due.</summary>
    private void Work()
    {
        _book.EndDay(Now);
        SendDue();
        if (_journal.IsWasteful(_book.LineCount)) _journal.RewriteAsync(_book.Lines()).Detach();
    }

    private void SendDue()
    {
        foreach (DomainTally tally in _book.Due(Now).Take(MaxSending - _sending)) ReportAsync(tally).Detach();
    }

    private DnsResolver Resolver() =>
        _resolver ??= new DnsResolver(Loop, DnsOptions.Of(Context.Config, Context.Config.Get(SmtpClientParams.SmtpDnsReplyFilter)));

    private async Task AskFirstAsync(DomainTally tally)
    {
        tally.IsBusy = true;
        if (!await AskAsync(tally)) tally.Attempts++;
        tally.IsBusy = false;
        if (tally.End > 0) Work(); // the day ended meanwhile
    }

    /// <summary>Asks a domain where its reports go; false: it cannot be known now.</summary>
    private async Task<bool> AskAsync(DomainTally tally)
    {
        DnsAnswer answer = await Resolver().Query($"_smtp._tls.{tally.Domain}", DnsType.TXT);
        bool known = answer.IsFound || answer.IsNotFound;
        if (known) _book.Answer(tally, TlsReportRecord.Addresses(answer.Texts));
        return known;
    }

    private async Task ReportAsync(DomainTally tally)
    {
        tally.IsBusy = true;
        _sending++;
        string trouble = tally.Addresses == null && !await AskAsync(tally) ? "name service error" : await SendAsync(tally);
        tally.IsBusy = false;
        if (trouble.Length > 0) Retry(tally, trouble);
        else _book.Remove(tally);
        if (_sending-- == MaxSending) Loop.Post(SendDue);
    }

    /// <summary>Sends to all addresses that have no report yet; why it must be tried again, or empty.</summary>
    private async Task<string> SendAsync(DomainTally tally)
    {
        string trouble = "";
        foreach (string address in tally.Addresses ?? [])
            if (!tally.Served.Contains(address) && await SendAsync(tally, address) is { Length: > 0 } failure) trouble = failure;
        return trouble;
    }

    /// <summary>
    /// Sends to one address. It is on disk that it is being sent before it is, and when it was not taken: a process that ends in between
    /// sends nothing twice.
    /// </summary>
    /// <returns>Why it must be tried again; empty: it need not.</returns>
    private async Task<string> SendAsync(DomainTally tally, string address)
    {
        tally.Served.Add(address);
        Remember(new ReportRecord(ReportEvent.Handed, tally.Start, tally.Domain) { Addresses = address });
        if (!await _journal.SyncAsync()) Log.Warning($"TLS report for {tally.Domain}: the journal cannot be written");
        Began();
        Outcome outcome = await _sender.SendAsync(tally, address);
        Ended();
        if (outcome.IsOk || outcome.IsPermanent)
        {
            Log.Info($"TLS report for {tally.Domain} to {address}: {(outcome.IsOk ? "" : "not sent: ")}{outcome.Text}");
            return "";
        }
        tally.Served.Remove(address);
        Remember(new ReportRecord(ReportEvent.Refused, tally.Start, tally.Domain) { Addresses = address });
        return $"{address}: {outcome.Text}";
    }

    private void Retry(DomainTally tally, string trouble)
    {
        long pause = FirstPause << Math.Min(tally.Attempts++, 6);
        bool over = Now + pause > tally.End + _settings.RandomDelay.TotalSeconds + RetryPeriod;
        Log.Warning($"TLS report for {tally.Domain}: {trouble}{(over ? "; given up" : "")}");
        if (over) _book.Remove(tally);
        else tally.Due = Now + pause;
    }

    private void Remember(ReportRecord record) => _journal.Append(record.Format());

    protected override void Close() => _sender.Close();

    protected override Task LeaveAsync() => _journal.CloseAsync();
}
