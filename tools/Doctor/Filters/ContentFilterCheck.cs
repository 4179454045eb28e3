using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Routing;
using MtaSuite.Tools.Mtasuite;

namespace MtaSuite.Tools.Doctor.Filters;

/// <summary>Where content_filter sends mail: the transport's service must be in master.cf, and what it delivers to must be there.</summary>
internal sealed class ContentFilterCheck(DoctorContext c, ConfiguredFilter filter, FilterSection section)
{
    public async Task RunAsync(Section s)
    {
        (string transport, string nexthop) = TransportTable.Split(filter.Name);
        ServiceEntry? entry = MasterCf.Load(c.Config.Directory, []).Find(e => e.Name == transport && e.Type == ServiceType.Unix);
        switch (entry?.Command)
        {
            case null:
                section.Waits(s, $"master.cf has no service {transport} of type unix", $"add {transport}, or correct content_filter");
                break;
            case "pipe":
                Command(s, entry);
                break;
            case "smtp" or "lmtp":
                await ServerAsync(s, entry, nexthop);
                break;
            default:
                section.IsThere(s, $"the service {transport} runs {entry!.Command}, which needs nobody else");
                break;
        }
    }

    private void Command(Section s, ServiceEntry entry)
    {
        string problem = PipeCheck.Problems(entry.Attributes, null).FirstOrDefault("");
        if (problem.Length > 0)
            section.Waits(s, $"service {entry.Name}: {problem}", $"correct user= and argv= of {entry.Name} in master.cf");
        else section.IsThere(s, $"the command of the service {entry.Name} is there");
    }

    private async Task ServerAsync(Section s, ServiceEntry entry, string text)
    {
        bool lmtp = entry.Command == "lmtp";
        Nexthop nexthop = Nexthop.Parse(text, lmtp);
        MailConfig config = MailConfig.Load(c.Config.Directory, entry.Overrides, entry.Name, entry.Command).Config;
        string port = nexthop.Service.Length > 0 ? nexthop.Service
            : config.Get(lmtp ? LmtpClientParams.LmtpTcpPort : SmtpClientParams.SmtpTcpPort);
        if (nexthop.UnixPath.Length > 0) await section.SmtpAsync(s, $"unix:{nexthop.UnixPath}");
        else if (nexthop.Problem is { } problem) section.Waits(s, $"\"{text}\": {problem}", "name a host and a port");
        else await section.SmtpAsync(s, $"inet:[{nexthop.Host}]:{port}");
    }
}
