using System.Globalization;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;
using MtaSuite.Tools.Doctor.Filters;
using MtaSuite.Tools.Mtasuite;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Doctor;

/// <summary>
/// mtasuite doctor: looks at our own services and at domains as a sender does, and says in words what it sees. All checks run at once; each
/// fills a section, and what is not done when the time is up is named.
/// </summary>
internal sealed class DoctorCommand
{
    private const int MaxDomains = 10;
    private readonly DoctorContext _context;
    private readonly Instance _instance;
    private readonly List<Section> _sections = [];
    private int _running;

    private DoctorCommand(DoctorContext context, Instance instance) => (_context, _instance) = (context, instance);

    /// <summary>Exit status 0: nothing worse than a note; 1: warnings; 2: problems; 69: no TLS library.</summary>
    public static int Run(Instance instance, DoctorOptions options)
    {
        if (!OpenSsl.TryLoad(out string error)) return Tool.Fatal(ExitCode.Unavailable, error);
        Log.Configure(new LogSettings("doctor") { File = "/dev/null" });
        using EventLoop loop = new();
        DoctorCommand doctor = new(new DoctorContext(loop, instance.Config, options), instance);
        loop.Post(doctor.Start);
        loop.After(options.Timeout, loop.Stop);
        loop.Run();
        return doctor.Report();
    }

    private void Start()
    {
        if (_context.Options.Services) StartServices();
        if (_context.Options.WithDomains) StartDomains();
        if (_running == 0) _context.Loop.Stop();
    }

    /// <summary>Runs a check that fills a section.</summary>
    private void Begin(string title, Func<Section, Task> check)
    {
        Section section = new(title);
        _sections.Add(section);
        _running++;
        async Task RunAsync()
        {
            await check(section);
            section.IsDone = true;
            if (--_running == 0) _context.Loop.Stop();
        }
        _context.Loop.Post(() => RunAsync().Detach());
    }

    // ---- our side ---------------------------------------------------------------------------------------------------------

    private void StartServices()
    {
        List<SmtpService> services = SmtpService.All(_instance.Config, _instance.ConfigDirectory);
        Begin("this mail system", s =>
        {
            int pid = _instance.FindMaster();
            if (pid > 0) s.Ok("status", "the mail system is running");
            else if (pid == 0) s.Problem("status", "the mail system is not running", "no mail is taken or delivered", "mtasuite start");
            else s.Note("status", Instance.Unknown(pid));
            foreach ((int line, string text) in ListenCheck.LoopbackOnly(_instance.Config, MasterCf.Load(_instance.ConfigDirectory, [])))
                s.Warning("service", $"master.cf line {line}: {text}", "no mail comes from other hosts",
                    "a service without address listens where inet_interfaces says");
            if (services.Count == 0)
                s.Problem("service", "master.cf has no smtpd service of type inet", "no mail comes from other hosts",
                    "add: smtp inet n - n - - smtpd");
            return Task.CompletedTask;
        });
        foreach (SmtpService service in services)
            Begin($"our service {service.Entry.Name}", new ServiceSection(_context, service, _instance.ConfigDirectory).RunAsync);
        foreach (ConfiguredFilter filter in ConfiguredFilters.Of(_instance.ConfigDirectory))
            Begin($"filter {filter.Name}", new FilterSection(_context, filter).RunAsync);
        if (_context.Options.WithDomains) Begin("our mail to others", new OutgoingSection(_context).RunAsync);
    }

    // ---- domains ----------------------------------------------------------------------------------------------------------

    private void StartDomains()
    {
        IReadOnlyList<string> domains = _context.Options.Domains.Count > 0 ? _context.Options.Domains : OwnDomains(_instance.Config);
        if (domains.Count == 0)
            Begin("domains", s =>
            {
                s.Note("domain", "the configuration names no domain that the world could know", "",
                    "name one: mtasuite doctor example.org");
                return Task.CompletedTask;
            });
        using RoutingCore core = new(_instance.Config);
        AddressResolver resolver = new(core);
        foreach (string domain in domains.Take(MaxDomains))
        {
            Route route = resolver.ResolveAsync("", $"postmaster@{domain}").Completed();
            StartDomain(domain, route.IsFinal || route.Class == AddressClass.Relay);
        }
        if (domains.Count > MaxDomains)
            Tool.Warning($"only the first {MaxDomains} of {domains.Count} domains are looked at; name the others");
    }

    private void StartDomain(string domain, bool isOurs)
    {
        TaskCompletionSource<IReadOnlyList<MailHost>> hosts = new();
        Begin($"{domain}: where mail to it goes",
            async s => hosts.SetResult(await new ExchangerCheck(_context, domain, isOurs).RunAsync(s)));
        Begin($"{domain}: TLS of its mail exchangers", async s => await new ExchangerTlsCheck(_context).RunAsync(s, await hosts.Task));
        Begin($"{domain}: MTA-STS", async s =>
        {
            IReadOnlyList<MailHost> found = await hosts.Task;
            // a domain without mail needs no policy
            if (found.Count > 0) await new StsSection(_context, domain).RunAsync(s, found);
        });
        Begin($"{domain}: name servers and certificates", async s =>
        {
            IReadOnlyList<MailHost> found = await hosts.Task;
            if (await _context.ExistsAsync(domain)) await new ZoneSection(_context, domain).RunAsync(s, found);
        });
        Begin($"{domain}: who may send for it", async s =>
        {
            if (!await _context.ExistsAsync(domain)) return;
            await new SpfSection(_context, domain, isOurs).RunAsync(s);
            await new DkimSection(_context, domain).RunAsync(s);
            await new DmarcSection(_context, domain).RunAsync(s);
        });
        Begin($"{domain}: reports about TLS", async s =>
        {
            if (await _context.ExistsAsync(domain)) await new TlsReportSection(_context, domain).RunAsync(s);
        });
    }

    /// <summary>
    /// The domains that the configuration accepts mail for and that may be public: full names from lists, no tables; this host's own
    /// name only where there is no other.
    /// </summary>
    internal static List<string> OwnDomains(MailConfig config)
    {
        List<string> result = [];
        TextParam[] lists = [CommonParams.Mydomain, RewriteParams.Mydestination, VirtualParams.VirtualMailboxDomains,
            RewriteParams.VirtualAliasDomains, RewriteParams.RelayDomains];
        foreach (string item in lists.SelectMany(config.GetList))
        {
            string name = item.ToLowerInvariant().TrimEnd('.');
            bool local = !name.Contains('.') || name.EndsWith(".localdomain", StringComparison.Ordinal)
                || name.EndsWith(".local", StringComparison.Ordinal)
                || name.StartsWith("localhost.", StringComparison.Ordinal);
            if (!local && !name.Contains(':') && HostName.IsValid(name) && !result.Contains(name)) result.Add(name);
        }
        string host = config.Get(CommonParams.Myhostname).ToLowerInvariant();
        if (result.Count > 1 && !host.Equals(config.Get(CommonParams.Mydomain), StringComparison.OrdinalIgnoreCase)) result.Remove(host);
        return result;
    }

    // ---- the report -------------------------------------------------------------------------------------------------------

    private int Report()
    {
        foreach (Section section in _sections.Where(s => !s.IsDone))
            section.Warning("time", string.Create(CultureInfo.InvariantCulture,
                $"not finished within {_context.Options.Timeout.TotalSeconds:0} seconds"),
                "what is missing here is not known", "try again with --timeout and more seconds");
        foreach (Section section in _sections.Where(s => s.Findings.Count > 0))
            Tool.Print(_context.Options.Json ? Json(section) : Text(section));
        IEnumerable<Finding> all = _sections.SelectMany(s => s.Findings);
        int Count(FindingLevel level) => all.Count(f => f.Level == level);
        (int problems, int warnings) = (Count(FindingLevel.Problem), Count(FindingLevel.Warning));
        if (!_context.Options.Json) Tool.Print($"\n{problems} problem(s), {warnings} warning(s), {Count(FindingLevel.Note)} note(s), "
            + $"{Count(FindingLevel.Ok)} OK\n");
        return problems > 0 ? 2 : warnings > 0 ? 1 : 0;
    }

    private static string Text(Section section) =>
        $"{Tool.Printable(section.Title)}\n{string.Concat(section.Findings.Select(f => $"  {Tool.Printable(f.Line)}\n"))}";

    private static string Json(Section section) =>
        string.Concat(section.Findings.Select(f => new JsonLine().Text("section", section.Title).Text("level", f.Word.ToUpperInvariant())
        .Text("area", f.Area).Text("seen", f.Seen).Text("means", f.Means).Text("do", f.Do).ToString()));
}
