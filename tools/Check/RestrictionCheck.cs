using MtaSuite.Common.Config;

namespace MtaSuite.Tools.Check;

/// <summary>Checks the lists <c>smtpd_*_restrictions</c> and the classes they name.</summary>
internal sealed class RestrictionCheck(CheckContext context, MailConfig config, int line)
{
    private readonly List<string> classes = RestrictionWords.Items(config, RestrictionWords.Classes);

    /// <summary>Checks the configuration of a service; <paramref name="line"/> is its line in master.cf, 0 for main.cf alone.</summary>
    public static void Run(CheckContext context, MailConfig config, int line)
    {
        var check = new RestrictionCheck(context, config, line);
        foreach (string name in check.classes)
            if (!config.Explicit(name)) check.Report(Severity.Error, RestrictionWords.Classes, $"restriction class {name} has no value");
        foreach (string list in RestrictionWords.Lists.Concat(check.classes)) check.CheckList(list);
        check.CheckRelay();
    }

    private void Report(Severity severity, string parameter, string text) => context.ReportSetting(severity, config, parameter, line, text);

    private void CheckList(string list)
    {
        List<string> items = RestrictionWords.Items(config, list);
        for (int i = 0; i < items.Count; i++)
        {
            string word = items[i];
            if (classes.Contains(word)) continue;
            if (RestrictionWords.Find(word) is { Argument: var argument } restriction)
            {
                if (Protections.Restrictions.FirstOrDefault(p => p.Name.Equals(word, StringComparison.OrdinalIgnoreCase)) is { } missing)
                    Report(Protections.Verdict(config, missing).Severity, list, $"{list}: {Protections.Verdict(config, missing).Text}");
                if (restriction == RestrictionWords.Greylist) CheckGreylist(list);
                if (argument is RestrictionArgument.None) continue;
                if (i + 1 == items.Count) Report(Severity.Error, list, $"{list}: {word} needs {Describe(argument)} behind it");
                else if (argument != RestrictionArgument.Restriction) CheckArgument(list, word, argument, items[++i]);
            }
            else if (RestrictionWords.InsteadOf(word) is { } instead)
                Report(Severity.Error, list, $"{list}: restriction {word} no longer exists; use {instead}");
            else if (!IsTable(word))
                Report(Severity.Error, list, $"{list}: unknown restriction "
                    + $"\"{word}\"{NearName.Hint(word, RestrictionWords.Names.Concat(classes))}");
        }
    }

    private void CheckGreylist(string list)
    {
        if (context.Services.Any(s => s.Entry.Command == "greylist")) return;
        Report(Severity.Error, list, $"{list}: greylist needs its service in master.cf: greylist unix - - n - 1 greylist");
    }

    private void CheckArgument(string list, string word, RestrictionArgument argument, string text)
    {
        bool good = argument switch
        {
            RestrictionArgument.Table => IsTable(text),
            RestrictionArgument.Time => TimeText.TryParse(text, 's', out _),
            RestrictionArgument.Server => IsServer(text),
            _ => !text.Contains(':') && RestrictionWords.Find(text) is null,
        };
        if (!good) Report(Severity.Error, list, $"{list}: {word} needs {Describe(argument)} behind it, not \"{text}\"");
        else if (argument == RestrictionArgument.Server && PolicyServerSettings.Parse(text, config, out string problem) == null)
            Report(Severity.Error, list, $"{list}: {word} {text}: {problem}");
    }

    /// <summary>An address, or an address and settings in braces.</summary>
    private static bool IsServer(string text) => ConfigList.TryUnbrace(text, out string inner)
        && ConfigList.Split(inner) is [var first, ..] && ServiceAddress.TryParse(first, out _, out _);

    private static string Describe(RestrictionArgument argument) => argument switch
    {
        RestrictionArgument.Table => "a table (type:name)",
        RestrictionArgument.Zone => "a DNS domain",
        RestrictionArgument.Server => "a policy server (inet:host:port or unix:path)",
        RestrictionArgument.Time => "a time",
        _ => "a restriction",
    };

    /// <summary><c>type:name</c>; one alone is the access table of its list.</summary>
    private static bool IsTable(string text) =>
        text.IndexOf(':') is > 0 and var colon && text[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    /// <summary>A server whose lists make it an open relay does not start.</summary>
    private void CheckRelay()
    {
        IEnumerable<string> words = ((string[])["smtpd_relay_restrictions", "smtpd_recipient_restrictions", .. classes])
            .SelectMany(list => RestrictionWords.Items(config, list));
        if (!words.Any(w => RestrictionWords.Find(w) is { ClosesRelay: true }))
            Report(Severity.Error, "smtpd_relay_restrictions",
                "neither smtpd_relay_restrictions nor smtpd_recipient_restrictions prevents this host from being an open relay: add "
                    + "reject_unauth_destination");
    }
}
