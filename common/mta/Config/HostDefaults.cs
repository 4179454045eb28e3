using MtaSuite.Common.Config.Params;

namespace MtaSuite.Common.Config;

/// <summary>Defaults that follow from the host's name.</summary>
internal static class HostDefaults
{
    /// <summary>
    /// <c>myhostname</c>: the host's name; one without a domain gets <c>mydomain</c> where it is set, else <c>localdomain</c>.
    /// </summary>
    public static string HostName(MailConfig config)
    {
        string name = config.Host.HostName;
        if (name.Contains('.')) return name;
        string domain = config.Explicit(CommonParams.Mydomain.Name) ? config.Get(CommonParams.Mydomain) : CommonParams.Mydomain.Default;
        return name + "." + domain;
    }

    /// <summary><c>mydomain</c>: <c>myhostname</c> without its first label.</summary>
    public static string Domain(MailConfig config)
    {
        string name = config.Get(CommonParams.Myhostname);
        int dot = name.IndexOf('.');
        return dot < 0 ? CommonParams.Mydomain.Default : name[(dot + 1)..];
    }
}
