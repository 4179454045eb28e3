using System.Text;
using MtaSuite.Common.Config;

namespace MtaSuite.Smtpd.Auth.BackEnds;

/// <summary>
/// A directory whose entries may log in, from a file of "name = value" lines with the names that Postfix's LDAP tables have, where they
/// have one:
/// <code>
/// server_host           URLs or host names, tried in order
/// start_tls             yes: TLS on a connection without it
/// tls_ca_cert_file      whom the server's certificate must come from
/// tls_require_cert      no: any certificate will do
/// timeout               seconds for each step
/// user_dn               the entry of a login ...
/// search_base, query_filter, bind_dn, bind_pw     ... or how to find it, and as whom
/// </code>
/// In user_dn and query_filter %s is the login, %u what is before its last "@", %d what is behind it, %% a percent sign.
/// </summary>
public sealed record LdapSettings
{
    public string Servers { get; private init; } = "ldap://localhost";
    public bool StartTls { get; private init; }
    public string AuthorityFile { get; private init; } = "";
    public bool VerifiesServer { get; private init; } = true;
    public TimeSpan Timeout { get; private init; } = TimeSpan.FromSeconds(10);
    public string UserName { get; private init; } = "";
    public string SearchBase { get; private init; } = "";
    public string Filter { get; private init; } = "";
    public string BindName { get; private init; } = "";
    public string BindPassword { get; private init; } = "";

    /// <summary>Reads a file; what is wrong goes to <paramref name="problems"/>.</summary>
    public static LdapSettings Load(string file, List<string> problems)
    {
        List<ConfigProblem> found = [];
        LdapSettings settings = new();
        foreach (MainCfEntry entry in MainCf.Load(file, found).Entries)
        {
            LdapSettings? next = settings.With(entry.Name, entry.Value);
            if (next is null) problems.Add($"{file}, line {entry.Line}: unknown name or bad value: {entry.Name}");
            settings = next ?? settings;
        }
        problems.AddRange(found.Where(p => p.Severity == Severity.Error).Select(p => p.Text));
        if (found.Count == 0 && settings.UserName.Length == 0 && (settings.SearchBase.Length == 0 || settings.Filter.Length == 0))
            problems.Add($"{file}: neither user_dn nor search_base and query_filter");
        return settings;
    }

    private LdapSettings? With(string name, string value) => name switch
    {
        "server_host" =>
            this with
            {
                Servers = string.Join(' ',
            ConfigList.Split(value).Select(h => h.Contains("://", StringComparison.Ordinal) ? h : $"ldap://{h}"))
            },
        "start_tls" when value is "yes" or "no" => this with { StartTls = value == "yes" },
        "tls_ca_cert_file" => this with { AuthorityFile = value },
        "tls_require_cert" when value is "yes" or "no" => this with { VerifiesServer = value == "yes" },
        "timeout" when int.TryParse(value, out int seconds) && seconds is > 0 and < 1000 =>
            this with { Timeout = TimeSpan.FromSeconds(seconds) },
        "user_dn" => this with { UserName = value },
        "search_base" => this with { SearchBase = value },
        "query_filter" => this with { Filter = value },
        "bind_dn" => this with { BindName = value },
        "bind_pw" => this with { BindPassword = value },
        _ => null,
    };

    /// <summary>The name of a login's entry, its parts escaped (RFC 4514 2.4).</summary>
    public string NameOf(string login) => Expand(UserName, login, EscapeName);

    /// <summary>The filter that finds a login's entry, its parts escaped (RFC 4515 3).</summary>
    public string FilterFor(string login) => Expand(Filter, login, EscapeFilter);

    private static string Expand(string template, string login, Func<string, string> escape)
    {
        int at = login.LastIndexOf('@');
        StringBuilder text = new();
        for (int i = 0; i < template.Length; i++)
        {
            char kind = template[i] == '%' && i + 1 < template.Length ? template[++i] : '\0';
            _ = kind switch
            {
                '\0' => text.Append(template[i]),
                's' => text.Append(escape(login)),
                'u' => text.Append(escape(at < 0 ? login : login[..at])),
                'd' => text.Append(escape(at < 0 ? "" : login[(at + 1)..])),
                '%' => text.Append('%'),
                _ => text.Append('%').Append(kind),
            };
        }
        return text.ToString();
    }

    // RFC 4514 2.4: these everywhere, and a space or "#" at an end; hexadecimal pairs serve for all
    private static string EscapeName(string value) => Escape(value, "\"+,;<>\\=# \0");

    // RFC 4515 3: valueencoding
    private static string EscapeFilter(string value) => Escape(value, "*()\\\0");

    private static string Escape(string value, string special)
    {
        StringBuilder text = new();
        foreach (char c in value)
            _ = special.Contains(c) ? text.Append('\\').Append(((int)c).ToString("x2", System.Globalization.CultureInfo.InvariantCulture))
                : text.Append(c);
        return text.ToString();
    }
}
