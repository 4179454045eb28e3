using System.Globalization;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Milter.Client;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Doctor.Filters;

/// <summary>
/// Does a filter answer, and how fast? A milter is negotiated with, of a filter that speaks SMTP the greeting is read. To a policy server
/// there is only a connection: a request would count as a client's. No mail is shown to anybody.
/// </summary>
internal sealed class FilterSection(DoctorContext c, ConfiguredFilter filter)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10), s_slow = TimeSpan.FromSeconds(1);
    /// <summary>A server that cannot start its command closes the connection at once.</summary>
    private static readonly TimeSpan s_settling = TimeSpan.FromMilliseconds(300);
    private const string MailWaits = "mail for it waits in the queue";
    private readonly ServiceConnector _services = new(c.Loop,
        new HostLookup(c.Resolver, HostLookupOptions.Of(c.Config, HostSources.Native, DnsQueryFlags.Search)),
        c.Config.Get(CommonParams.QueueDirectory));
    private long _start;
    private bool _isSlow;

    private string Named => $"{filter.Name} ({string.Join(", ", filter.Places)})";

    public async Task RunAsync(Section s)
    {
        Section first = new(s.Title);
        await LookAsync(first);
        // this command itself may have been slow: it looks at much at once
        if (_isSlow) await LookAsync(first = new Section(s.Title));
        foreach (Finding f in first.Findings) s.Add(f.Level, f.Area, f.Seen, f.Means, f.Do);
    }

    private async Task LookAsync(Section s)
    {
        (_start, _isSlow) = (c.Loop.Time.GetTimestamp(), false);
        switch (filter.Kind)
        {
            case FilterKind.Milter:
                await MilterAsync(s, filter.Milter!);
                break;
            case FilterKind.PolicyServer:
                await PolicyAsync(s);
                break;
            case FilterKind.ContentFilter:
                await new ContentFilterCheck(c, filter, this).RunAsync(s);
                break;
            case FilterKind.ProxyFilter:
                await SmtpAsync(s, filter.Name, "no mail gets in");
                break;
            default:
                await GreylistAsync(s);
                break;
        }
    }

    // ---- kinds -------------------------------------------------------------------------------------------------------

    private async Task MilterAsync(Section s, MilterService milter)
    {
        if (IsHidden(s, milter.Address)) return;
        MilterSession session = new(c.Loop, milter with
        {
            ConnectTimeout = Shorter(milter.ConnectTimeout),
            CommandTimeout = Shorter(milter.CommandTimeout),
        });
        bool answers = await session.ProbeAsync(_services);
        session.Dispose();
        if (answers) Answers(s, $"agrees on version {session.Options!.Version} of the protocol");
        else Fails(s, session.Problem, milter.DefaultAction switch
        {
            MilterDefaultAction.Accept => "mail passes without it (default_action accept)",
            MilterDefaultAction.Reject => "all mail is refused for good (default_action reject)",
            MilterDefaultAction.Quarantine => "all mail goes to the hold queue (default_action quarantine)",
            MilterDefaultAction.TemporaryFailure => "clients are told to come again (default_action tempfail)",
            _ => "clients are told to come again and disconnected (default_action shutdown)",
        });
    }

    private async Task PolicyAsync(Section s)
    {
        if (filter.Policy is not { } policy)
        {
            Fails(s, "this names no policy server", "mail is deferred");
            return;
        }
        if (IsHidden(s, policy.Address)) return;
        ServiceConnector.Result opened = await _services.ConnectAsync(policy.Address, Shorter(policy.Timeout));
        string means = $"its default action stands in: {policy.DefaultAction}";
        if (opened.Connection is not { } connection)
        {
            Fails(s, opened.Problem, means);
            return;
        }
        TimeSpan taken = Elapsed;
        LoopTimer settled = c.Loop.After(s_settling, connection.CancelRead);
        bool stays = await connection.FillAsync() == ReadStatus.Canceled;
        settled.Cancel();
        connection.Dispose();
        if (stays) s.Ok(filter.Area, $"{Named} takes connections ({Text(taken)})", "no request was made: it would count as a client's");
        else Fails(s, "it closes the connection without being asked anything", means);
    }

    /// <summary>A server that should greet.</summary>
    /// <param name="place">As smtpd_proxy_filter has it.</param>
    internal async Task SmtpAsync(Section s, string place, string means)
    {
        string problem = "";
        if (!ServiceAddress.TryParseProxyFilter(place, out ServiceAddress? address, out problem))
        {
            Fails(s, problem, means);
            return;
        }
        if (IsHidden(s, address)) return;
        ServiceConnector.Result opened = await _services.ConnectAsync(address, s_timeout);
        if (opened.Connection is not { } connection)
        {
            Fails(s, opened.Problem, means);
            return;
        }
        SmtpDialogue dialogue = new(connection, _ => { }, text => problem = text);
        List<string>? greeting = await dialogue.ReplyAsync(s_timeout);
        if (greeting is [var first, ..] && first.StartsWith('2')) Answers(s, $"greets with \"{first}\"");
        else Fails(s, greeting is [var other, ..] ? $"it greets with \"{other}\"" : $"no greeting: {problem}", means);
        if (greeting != null) await dialogue.AskAsync("QUIT", s_settling);
        connection.Dispose();
    }

    private async Task GreylistAsync(Section s)
    {
        string path = new SpoolDirectory(c.Config.Get(CommonParams.QueueDirectory))
            .SocketPath(isPrivate: true, filter.Service.Config.Get(GreylistParams.GreylistServiceName));
        if (IsHidden(s, new ServiceAddress("", 0, path))) return;
        GreylistClient greylist = new(c.Loop, path);
        // a network for documentation (RFC 5737); the question does not count
        GreylistReply? reply = await greylist.AskAsync(new GreylistQuery { Client = "192.0.2.0/24", Recipient = "doctor", Report = true });
        if (reply != null) Answers(s, "knows what it is asked for");
        else Fails(s, greylist.LastError, "every client is let in without waiting", "see the log for the service greylist of master.cf");
    }

    // ---- what is said ------------------------------------------------------------------------------------------------

    private TimeSpan Elapsed => c.Loop.Time.GetElapsedTime(_start);

    private static TimeSpan Shorter(TimeSpan time) => time < s_timeout ? time : s_timeout;

    private static string Text(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms");

    private void Answers(Section s, string how)
    {
        TimeSpan taken = Elapsed;
        string seen = $"{Named} answers in {Text(taken)}: {how}";
        _isSlow = taken >= s_slow;
        if (!_isSlow) s.Ok(filter.Area, seen);
        else s.Warning(filter.Area, seen, "each session waits for it", "look at its log and at the load of its machine");
    }

    internal void Fails(Section s, string problem, string means, string @do = "") => s.Problem(filter.Area, $"{Named}: {problem}", means,
        @do.Length > 0 ? @do : $"start it, and compare the place where it listens with {filter.Places[0]}");

    /// <summary>A socket that this user may not connect to says nothing about the mail system, which may.</summary>
    private bool IsHidden(Section s, ServiceAddress? address)
    {
        if (address is not { IsUnix: true } || Credentials.GetEUid() == 0) return false;
        string path = Path.Combine(c.Config.Get(CommonParams.QueueDirectory), address.Path);
        if (Paths.Access(path, Paths.W_OK) == 0 || Errno.Last != Errno.EACCES) return false;
        s.Note(filter.Area, $"{Named} cannot be asked by this user: {path}: {Errno.Text(Errno.EACCES)}", "",
            $"ask as root or as {c.Config.Get(CommonParams.MailOwner)}");
        return true;
    }

    /// <summary>A content filter that is away.</summary>
    internal void Waits(Section s, string problem, string @do) => Fails(s, problem, MailWaits, @do);

    internal Task SmtpAsync(Section s, string place) => SmtpAsync(s, place, MailWaits);

    internal void IsThere(Section s, string what) => s.Ok(filter.Area, $"{Named}: {what}");
}
