using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Net;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;

namespace MtaSuite.Tools.Postroute;

/// <summary>Does with an address what cleanup, qmgr and the delivery agent would do, and keeps what decided.</summary>
internal sealed class RouteExplainer : IDisposable
{
    private readonly RouteTrace _trace = new();
    private readonly RoutingCore _core;
    private readonly CleanupRewriter _rewriter;
    private readonly AddressResolver _resolver;
    private readonly RecipientValidator _validator;
    private readonly Maps _aliases;
    private readonly List<ServiceEntry> _services;
    private readonly bool _askDns;

    /// <param name="services">Those of master.cf.</param>
    /// <param name="askDns">Mail exchangers are looked up.</param>
    public RouteExplainer(MailConfig config, List<ServiceEntry> services, bool askDns)
    {
        _core = new RoutingCore(config, trace: _trace);
        _rewriter = new CleanupRewriter(_core);
        _resolver = new AddressResolver(_core);
        _validator = new RecipientValidator(_core);
        _aliases = _core.OpenMaps(LocalParams.AliasMaps);
        (_services, _askDns) = (services, askDns);
    }

    /// <summary>What is wrong with tables and lists.</summary>
    public IReadOnlyList<string> Problems => _core.Problems;

    public RouteReport Route(string sender, string address)
    {
        _trace.Take();
        List<string> results = [];
        Expansion expansion = _rewriter.ExpandRecipientAsync(address, results).Completed();
        List<RouteStep> steps = _trace.Take();
        if (expansion.Failure is { } trouble)
            return new RouteReport(address, expansion.Recipient, expansion.Problem.Length > 0 ? expansion.Problem : trouble.Text, steps,
                []);
        return new RouteReport(address, expansion.Recipient, "", steps, [.. results.Select(r => Final(sender, r))]);
    }

    private FinalRoute Final(string sender, string recipient)
    {
        Route route = _resolver.ResolveAsync(sender, recipient).Completed();
        RecipientCheck check = _validator.CheckAsync(route, recipient, isSender: false).Completed();
        ServiceEntry? service = _services.Find(s => s.Name == route.Transport && s.Type == ServiceType.Unix);
        if (service?.Command == "local") ExplainAliases(route.Recipient);
        string text = service == null ? "" : $"{service.Name} {service.Type} {service.Command} {string.Join(' ', service.Args)}".TrimEnd();
        bool isRelay = service?.Command is "smtp" or "relay" && route.IsOk;
        return new FinalRoute(route, check, text, isRelay && _askDns ? Hosts(route.Nexthop) : [], _trace.Take());
    }

    /// <summary>local(8) looks for the local part, then for it without its extension.</summary>
    private void ExplainAliases(string recipient)
    {
        if (_aliases.IsEmpty) return;
        string name = Address.Local(recipient).ToString().ToLowerInvariant();
        if (!_aliases.LookupAsync(name).Completed().IsNotFound) return;
        string bare = Address.StripExtension(name, _core.Lookup.Delimiter, out _) ?? name;
        if (bare != name) _aliases.LookupAsync(bare).Completed();
    }

    /// <summary>
    /// The hosts of a nexthop with their preferences; what is in brackets, or has a port behind it, is asked without those.
    /// </summary>
    private List<string> Hosts(string nexthop)
    {
        string domain = nexthop.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "";
        if (domain.StartsWith('[')) return [];
        int colon = domain.IndexOf(':');
        if (colon >= 0) domain = domain[..colon];
        using EventLoop loop = new();
        List<string> lines = [];
        async Task AskAsync()
        {
            DnsResolver resolver = new(loop, DnsOptions.Of(_core.Config));
            MailExchangers exchangers = new(resolver, MailExchangerOptions.Of(_core.Config, dnssec: false));
            ExchangerList list = await exchangers.FindAsync(domain);
            if (list.Failure is { } failure) lines.Add(failure.Text);
            if (list.IsImplicit) lines.Add("no MX record: the host itself");
            IReadOnlyList<ExchangerAddresses> found =
                await exchangers.ResolveAsync(list, new HostLookup(resolver, new HostLookupOptions()));
            foreach (ExchangerAddresses host in found)
                lines.Add($"{host.Exchanger.Preference} {host.Exchanger.Host} "
                    + $"{(host.Addresses.Failure is { } f ? f.Text : string.Join(' ', host.Addresses.Addresses))}");
            loop.Stop();
        }
        loop.Post(() => AskAsync().Detach());
        loop.Run();
        return lines;
    }

    public void Dispose() => _core.Dispose();
}
