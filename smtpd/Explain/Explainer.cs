using System.Net;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Milter;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Smtp;
using MtaSuite.Common.Spool;
using MtaSuite.Common.Tls;
using MtaSuite.Smtpd.Access;
using MtaSuite.Smtpd.Commands;

namespace MtaSuite.Smtpd.Explain;

/// <summary>What was answered at one stage, and why.</summary>
/// <param name="Stage">CONNECT, HELO, MAIL, RCPT &lt;address&gt;, DATA, END-OF-MESSAGE.</param>
/// <param name="Reply">The refusal; "none": the client may go on.</param>
/// <param name="Events">The restrictions that were asked, in their order.</param>
internal sealed record StageReport(string Stage, SmtpReply Reply, IReadOnlyList<AccessEvent> Events);

/// <summary>Everything that is known about one client's attempt.</summary>
/// <param name="Notes">What a real session would meet before or beside the restrictions.</param>
/// <param name="Filters">The filters that a real session would ask, in its order.</param>
internal sealed record AccessReport(string Service, string Client, IReadOnlyList<string> Notes, IReadOnlyList<StageReport> Stages,
    IReadOnlyList<AskedFilter> Filters)
{
    public bool IsAccepted => Stages.All(s => s.Reply.IsNone);
}

/// <summary>
/// Asks the restrictions of a service about a client that is not there: the session's own evaluator, on a session that has no peer and says
/// nothing. Tables, the name service and the verify service are asked as ever; nothing is counted, logged or queued.
/// </summary>
internal sealed class Explainer(EventLoop loop, MailConfig config, ExplainOptions options)
{
    private readonly AccessTrace _trace = new();
    private readonly List<StageReport> _stages = [];
    private readonly List<string> _notes = [];
    private AskedFilters _filters = null!;
    private SmtpSession? _session;

    public async Task<AccessReport> RunAsync()
    {
        SmtpSession session = _session = await MakeSessionAsync();
        Note(session);
        _filters = new AskedFilters(session.Settings.Milters);
        _filters.Use(await session.Server.MiltersOfAsync(session));
        bool goOn = await EarlyAsync("CONNECT", MacroStage.Connect, session, () => session.Access.ClientAsync())
            && await EarlyAsync("HELO", MacroStage.Helo, session, () => session.Access.HeloAsync(session.Helo));
        session.Begin(new Transaction(options.Sender, default, QueueId.Microseconds(loop.Time)));
        session.Stage = SmtpVerb.Mail;
        goOn = goOn && await EarlyAsync("MAIL", MacroStage.Mail, session, () => session.Access.SenderAsync(options.Sender));
        foreach (string recipient in goOn ? options.Recipients : []) await RecipientAsync(session, recipient);
        if (session.Transaction!.Recipients.Count > 0) await ContentAsync(session);
        return new AccessReport(options.Host.Service, session.Client.NameAddress, _notes, _stages, _filters.All);
    }

    /// <summary>
    /// A stage before RCPT. With smtpd_delay_reject its restrictions are asked at RCPT, while milters hear of it when it happens.
    /// </summary>
    private async Task<bool> EarlyAsync(string stage, MacroStage macros, SmtpSession session, Func<ValueTask<SmtpReply>> ask)
    {
        // milters do not hear of a HELO that was not said
        MacroStage? told = macros == MacroStage.Helo && session.Helo.Length == 0 ? null : macros;
        if (!session.Settings.Access.DelayReject) return await AskAsync(stage, ask(), told);
        _filters.Add(stage, [], told);
        return true;
    }

    private async Task<SmtpSession> MakeSessionAsync()
    {
        SmtpdSettings settings = new(config);
        _notes.AddRange(settings.Problems());
        RoutingAddresses addresses = new(config);
        _notes.AddRange(addresses.Problems);
        SpoolDirectory spool = new(config.Get(CommonParams.QueueDirectory));
        NameServices names = NameServices.Of(loop, config);
        CleanupClient cleanup = new(loop, spool.SocketPath(isPrivate: false, config.Get(CleanupParams.CleanupServiceName)));
        DiskSpace disk = new(spool.Root, loop.Time);
        SmtpServer server = new(loop, new SettingsPair(settings, settings), cleanup.Open, addresses, names, disk, 0, spool.Root)
        {
            Greylist = new GreylistClient(loop, spool.SocketPath(isPrivate: true, config.Get(GreylistParams.GreylistServiceName))),
            Probes = new VerifyClient(loop, spool.SocketPath(isPrivate: true, config.Get(VerifyParams.AddressVerifyServiceName))),
        };
        _ = Sockets.TrySocketPair(out int near, out _);
        ClientInfo client = ClientInfo.Of(new IPEndPoint(options.Client, 0), null, logPort: false);
        client = options.Name is { } name ? client.Named(new ClientName(name, NameStatus.Ok, name, NameStatus.Ok))
            : await names.NameAsync(names.NameAtOnce(client));
        SmtpSession session = new(server, new Connection(loop, near), client)
        {
            Helo = HeloCommand.Harmless(options.Helo),
            IsExtended = true,
        };
        session.Encryption.IsOn = options.Tls || settings.Tls.WrapperMode;
        session.LoggedIn("PLAIN", options.Login);
        session.Access.Trace = _trace;
        await session.Rights.FindAsync(settings, client);
        return session;
    }

    /// <summary>What a session has to do before the restrictions are asked at all.</summary>
    private void Note(SmtpSession session)
    {
        SmtpdSettings s = session.Settings;
        if (s.Tls.Level == TlsServerLevel.Encrypt && !session.Encryption.IsOn)
            _notes.Add("the service demands TLS: in clear the answer to MAIL is 530 5.7.0 Must issue a STARTTLS command first (--tls "
                + "asks for an encrypted session)");
        if (options.Login.Length > 0 && !s.Auth.Enabled)
            _notes.Add("nobody can log in here: smtpd_sasl_auth_enable is off for this service");
        else if (options.Login.Length > 0 && s.Auth.TlsOnly && !session.Encryption.IsOn)
            _notes.Add("nobody can log in without TLS here (smtpd_tls_auth_only)");
        if (s.HeloRequired && session.Helo.Length == 0)
            _notes.Add("the service demands HELO or EHLO: without it the answer to MAIL is 503 5.5.1 Error: send HELO/EHLO first");
        if (session.Encryption.IsOn) _notes.Add("the client shows no certificate here; restrictions on client certificates find none");
    }

    private async Task RecipientAsync(SmtpSession session, string recipient)
    {
        session.Stage = SmtpVerb.Rcpt;
        if (!await AskAsync($"RCPT <{recipient}>", session.Access.RecipientAsync(recipient), MacroStage.Rcpt)) return;
        if (_stages[^1].Events.Count == 0) _notes.Add($"<{recipient}> is always accepted, no restriction is asked");
        session.Transaction!.Recipients.Add(new EnvelopeRecipient { Address = recipient });
    }

    private async Task ContentAsync(SmtpSession session)
    {
        session.Stage = SmtpVerb.Data;
        if (!await AskAsync("DATA", session.Access.DataAsync(), MacroStage.Data)) return;
        session.Stage = SessionStage.EndOfMessage;
        Transaction t = session.Transaction!;
        bool kept = await AskAsync("END-OF-MESSAGE", session.Access.EndOfDataAsync()) && !t.Discard;
        if (kept) _filters.Add("END-OF-HEADER", [], MacroStage.EndOfHeader);
        if (kept) _filters.Add("END-OF-MESSAGE", [], MacroStage.EndOfMessage);
        if (kept && t.Filter.Length > 0) _filters.AddContentFilter(t.Filter, "FILTER");
        else if (kept) _filters.AddContentFilter(session.Settings.ContentFilter, SmtpdParams.ContentFilter.Name);
        if (t.Hold) _notes.Add("the message would be put on hold");
        if (t.Discard) _notes.Add("the message would be thrown away");
        if (t.Filter.Length > 0) _notes.Add($"the message would go through {t.Filter}");
        if (t.Redirect.Length > 0) _notes.Add($"the message would go to {t.Redirect} instead");
        foreach (string copy in t.Bcc ?? []) _notes.Add($"a copy would go to {copy}");
        foreach (string header in t.Prepend ?? []) _notes.Add($"a header would be added: {header}");
    }

    /// <summary>False when the stage ends with a refusal.</summary>
    /// <param name="macros">The stage for milters, which hear of what was not refused; null: none.</param>
    private async Task<bool> AskAsync(string stage, ValueTask<SmtpReply> question, MacroStage? macros = null)
    {
        SmtpReply reply = await question;
        bool isTold = reply.IsNone && _session?.Transaction is not { Discard: true };
        _filters.Add(stage, _trace.TakeAsked(), isTold ? macros : null);
        List<AccessEvent> events = _trace.Take();
        if (events.Count > 0 || !reply.IsNone || stage.StartsWith("RCPT", StringComparison.Ordinal))
            _stages.Add(new StageReport(stage, reply, events));
        return reply.IsNone;
    }
}
