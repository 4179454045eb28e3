using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Tools.Check;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>
/// Who this mail system says that it is, and as whom it acts: its names, the addresses it sends from, accounts of commands. Postfix does
/// not start with bad ones.
/// </summary>
internal static class IdentityCheck
{
    private static readonly TextParam[] Names = [CommonParams.Myhostname, CommonParams.Mydomain];

    private static readonly (TextParam Param, AddressFamily Family)[] Addresses =
    [
        (SmtpClientParams.SmtpBindAddress, AddressFamily.InterNetwork), (SmtpClientParams.SmtpBindAddress6, AddressFamily.InterNetworkV6),
        (LmtpClientParams.LmtpBindAddress, AddressFamily.InterNetwork), (LmtpClientParams.LmtpBindAddress6, AddressFamily.InterNetworkV6),
    ];

    public static void Run(CheckContext context)
    {
        Check(context, context.Config, 0, _ => true);
        foreach (CheckedService service in context.Services)
            if (service.Entry.Overrides.Count > 0) Check(context, service.Config, service.Entry.Line, name =>
                service.Entry.Overrides.Any(o => o.Key == name));
        Accounts(context);
    }

    private static void Check(CheckContext context, MailConfig config, int serviceLine, Func<string, bool> wanted)
    {
        void Refuse(Param param, string text) => context.ReportSetting(Severity.Error, config, param.Name, serviceLine, text);
        foreach (TextParam param in Names)
            if (wanted(param.Name) && !HostName.IsValid(config.Get(param))) Refuse(param,
                $"bad value of {param}: \"{config.Get(param)}\" is not a host name");
        string origin = config.Get(CommonParams.Myorigin);
        if (wanted(CommonParams.Myorigin.Name) && origin.IndexOfAny([.. ConfigList.Separators]) >= 0)
            Refuse(CommonParams.Myorigin, $"{CommonParams.Myorigin} must not contain multiple values: {origin}");
        string relayhost = config.Get(RewriteParams.Relayhost);
        if (wanted(RewriteParams.Relayhost.Name) && relayhost.Equals(config.Get(CommonParams.Myhostname),
            StringComparison.OrdinalIgnoreCase))
            Refuse(RewriteParams.Relayhost, $"{CommonParams.Myhostname} and {RewriteParams.Relayhost} must not be identical: {relayhost}");
        foreach ((TextParam param, AddressFamily family) in Addresses)
            if (wanted(param.Name) && !IsAddress(config.Get(param), family)) Refuse(param, $"{param}: bad address \"{config.Get(param)}\"");
    }

    /// <summary>Nothing, or an address of the family, with brackets or without.</summary>
    private static bool IsAddress(string text, AddressFamily family)
    {
        if (text.Length == 0) return true;
        if (text.StartsWith('[') && text.EndsWith(']')) text = text[1..^1];
        return HostName.TryParseAddress(text, out IPAddress address) && address.AddressFamily == family;
    }

    /// <summary>
    /// The account with whose rights commands of root's aliases run. An instance of an ordinary user runs all as that user.
    /// </summary>
    private static void Accounts(CheckContext context)
    {
        TextParam param = LocalParams.DefaultPrivs;
        if (Credentials.GetEUid() != 0 && !context.Config.Explicit(param.Name)) return;
        string name = context.Config.Get(param);
        _ = UserDatabase.Find(context.Config.Get(CommonParams.MailOwner), out Account? owner);
        string? problem = UserDatabase.Find(name, out Account? account) != 0 || account == null ? $"unknown user name value: {name}"
            : account.Uid == 0 ? $"user {name} has privileged user ID"
            : account.Gid == 0 ? $"user {name} has privileged group ID"
            : Credentials.GetEUid() == 0 && owner != null
                && account.Uid == owner.Uid ? $"user {name} is {CommonParams.MailOwner}: commands of users could change the queue"
            : null;
        if (problem != null) context.ReportSetting(Severity.Error, context.Config, param.Name, 0, $"{param}: {problem}");
    }
}
