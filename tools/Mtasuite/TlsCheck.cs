using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Tls;
using MtaSuite.Common.Tls.Client;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>
/// Loads the keys and certificates that services would load: a pair that does not fit keeps a reload from replacing one that does.
/// </summary>
internal static class TlsCheck
{
    public static void Run(CheckContext context)
    {
        HashSet<string> told = [];
        foreach (CheckedService service in context.Services)
        {
            string name = service.Entry.Command;
            IEnumerable<(Severity Severity, string Text)> problems = name == "smtpd" ? Server(service.Config) : name is "smtp" or "lmtp"
                ? Client(service.Config, name == "lmtp") : [];
            foreach ((Severity severity, string text) in problems)
                if (told.Add(text)) context.Report(severity, context.MasterFile, service.Entry.Line, text);
            if (name == "smtp" && ReportProblem(context, service.Config) is { } missing && told.Add(missing))
                context.Report(Severity.Warning, context.MasterFile, service.Entry.Line, missing);
        }
    }

    /// <summary>Reports that would not be collected.</summary>
    private static string? ReportProblem(CheckContext context, MailConfig config)
    {
        if (!config.Get(TlsParams.SmtpTlsrptEnable)) return null;
        string name = config.Get(TlsReportParams.TlsrptServiceName);
        return context.Services.Any(s => s.Entry.Command == "tlsrpt" && s.Entry.Name == name) ? null
            : $"{TlsParams.SmtpTlsrptEnable.Name} needs a service {name} in master.cf: {name} unix - - n 3600? 1 tlsrpt";
    }

    private static IEnumerable<(Severity, string)> Server(MailConfig config)
    {
        TlsServerSettings settings = new(config);
        foreach (string problem in settings.Problems) yield return (Severity.Warning, problem);
        if (!settings.IsOn) yield break;
        using TlsServer? server = settings.TryStart(TimeProvider.System, out string error);
        if (server == null) yield return (settings.Files.IsEmpty ? Severity.Warning : Severity.Error, $"TLS is not available: {error}");
        else if (server.TimeLeft < TimeSpan.FromDays(7))
            yield return (Severity.Warning,
                server.TimeLeft < TimeSpan.Zero ? "the TLS certificate has expired"
                    : $"the TLS certificate expires in {(int)server.TimeLeft.TotalHours} hours");
    }

    private static IEnumerable<(Severity, string)> Client(MailConfig config, bool lmtp)
    {
        TlsClientSettings settings = new(config, lmtp);
        foreach (string problem in settings.Problems) yield return (Severity.Warning, problem);
        foreach ((string parameter, string list) in settings.Level == TlsLevel.None ? [] : settings.CipherLists)
        {
            using TlsContext? context =
                TlsContext.TryCreate(new TlsContextSettings { Server = false, Ciphers = list }, [], out string reason);
            if (context == null) yield return (Severity.Error, $"{parameter}: {reason}");
        }
        if (settings.Files.IsEmpty) yield break;
        List<KeyPair>? keys = settings.Files.Load(out string error);
        TlsContext? made = keys == null ? null : TlsContext.TryCreate(new TlsContextSettings { Server = false }, keys, out error);
        if (made == null) yield return (Severity.Error, $"TLS client certificate: {error}");
        made?.Dispose();
    }
}
