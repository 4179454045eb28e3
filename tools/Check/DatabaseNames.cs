using MtaSuite.Common.Config;

namespace MtaSuite.Tools.Check;

/// <summary>
/// The main.cf parameters of database tables in the old style: with <c>ldap:prefix</c> in a value, <c>prefix_server_host</c> is one.
/// </summary>
public static class DatabaseNames
{
    private const string Common = "query result_format domain expansion_limit";
    private const string Sql = Common + " table select_field where_field additional_conditions";

    private static readonly Dictionary<string, string[]> Suffixes = new(StringComparer.Ordinal)
    {
        ["ldap"] = ("server_host server_port search_base query_filter result_attribute special_result_attribute"
            + " terminal_result_attribute leaf_result_attribute scope bind bind_dn bind_pw sasl_mechs sasl_realm sasl_authz_id"
            + " sasl_minssf cache cache_expiry cache_size dereference recursion_limit expansion_limit size_limit timeout"
            + " chase_referrals debuglevel version start_tls tls_ca_cert_dir tls_ca_cert_file tls_cert tls_key tls_require_cert"
            + " tls_random_file tls_cipher_suite domain result_filter result_format").Split(' '),
        ["mysql"] = (Sql + " hosts user password dbname charset idle_interval retry_interval option_file option_group require_result_set"
            + " tls_cert_file tls_key_file tls_CAfile tls_CApath tls_ciphers tls_verify_cert").Split(' '),
        ["pgsql"] = (Sql + " hosts user password dbname encoding idle_interval retry_interval select_function").Split(' '),
        ["sqlite"] = (Sql + " dbpath").Split(' '),
        ["memcache"] =
            ("memcache backup flags ttl key_format key_digest domain data_size_limit line_size_limit max_try retry_pause timeout")
            .Split(' '),
        ["mongodb"] = (Common + " uri dbname collection projection query_filter result_attribute").Split(' '),
    };

    /// <summary>
    /// The names that an expanded value brings into being. <paramref name="comment"/> gets the first word that looks like a comment
    /// behind other text, and of what follows it; nothing after it counts. <paramref name="problem"/> gets unbalanced braces.
    /// </summary>
    public static List<string> In(string value, Action<string, string> comment, Action<string>? problem = null)
    {
        var names = new List<string>();
        Collect(value, new(comment, problem ?? (static _ => { }), names), inside: true);
        return names;
    }

    private sealed record Findings(Action<string, string> Comment, Action<string> Problem, List<string> Names);

    /// <param name="inside">Look into items that stand in braces: not where they are patterns, which may hold anything.</param>
    private static void Collect(string value, Findings found, bool inside)
    {
        int at = 0;
        while (ConfigList.TryNext(value, ref at, out string item))
        {
            if (item[0] == '#')
            {
                found.Comment(item, value[Math.Min(at + 1, value.Length)..]);
                return;
            }
            while (item.StartsWith("proxy:", StringComparison.Ordinal) || item.StartsWith("debug:", StringComparison.Ordinal))
                item = item[6..];
            int colon = item.StartsWith('{') ? -1 : item.IndexOf(':');
            string type = colon < 0 ? "" : item[..colon], name = item[(colon + 1)..];
            if (name.StartsWith('{'))
            {
                // the tables inside pipemap:{...} and unionmap:{...}
                if (ConfigList.Extract(name, out string inner) is { } problem) found.Problem(problem);
                if (type.Length > 0 || inside) Collect(inner, found, inside && type is not ("regexp" or "pcre"));
            }
            else if (name.Length > 0 && name[0] is not ('/' or '.') && Suffixes.TryGetValue(type, out string[]? suffixes))
                found.Names.AddRange(suffixes.Select(s => $"{name}_{s}"));
        }
    }
}
