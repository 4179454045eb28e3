using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Log;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;

namespace MtaSuite.Relay.Settings;

/// <summary>How strictly a sender's REQUIRETLS is kept, least strict first.</summary>
public enum RequireTlsAction : byte
{
    /// <summary>The sender did not ask for it, or it is ignored (requiretls_enable).</summary>
    Disable,
    /// <summary>Passed on where the server knows it.</summary>
    Opportunistic,
    /// <summary>As before, and nothing is sent in clear.</summary>
    StartTls,
    /// <summary>All that RFC 8689 4.2.1 asks for, or the mail comes back.</summary>
    Enforce,
}

/// <summary>
/// smtp_requiretls_policy: <c>1*( action / type ":" table )</c>, asked in that order; action = "enforce" / "opportunistic+starttls" /
/// "opportunistic" / "disable". Tables are asked for the nexthop's domain, those with fixed keys also for its parents (".example.com").
/// Where nothing matches: enforce.
/// </summary>
public sealed class RequireTlsPolicy
{
    private static readonly string[] s_words = ["disable", "opportunistic", "opportunistic+starttls", "enforce"];
    private readonly List<(RequireTlsAction? Action, Table? Table)> _items = [];
    private readonly string _name;

    private RequireTlsPolicy(string name, string value, List<string> problems)
    {
        _name = name;
        foreach (string item in ConfigList.Split(value))
        {
            if (item.Contains(':'))
            {
                Table table = TableFactory.Open(item);
                if (table.OpenError != null) problems.Add($"{name}: {table.Spec}: {table.OpenError}");
                _items.Add((null, table));
                continue;
            }
            RequireTlsAction? action = Parse(item);
            if (action == null) problems.Add($"{name}: unknown action \"{item}\"");
            _items.Add((action, null));
        }
    }

    /// <summary>The policy of the configuration; null: REQUIRETLS is passed over (requiretls_enable).</summary>
    public static RequireTlsPolicy? From(MailConfig config, bool lmtp, List<string> problems)
    {
        TextParam param = lmtp ? LmtpClientParams.LmtpRequiretlsPolicy : TlsParams.SmtpRequiretlsPolicy;
        return config.Get(TlsParams.RequiretlsEnable) ? new RequireTlsPolicy(param.Name, config.Get(param), problems) : null;
    }

    /// <summary>The action for a destination; null: unknown for now, because a table or an entry is broken.</summary>
    /// <param name="domain">The domain or host that mail is for, without brackets and port.</param>
    public async ValueTask<RequireTlsAction?> ForAsync(string domain)
    {
        string key = DomainName.ToAscii(domain) ?? domain;
        foreach ((RequireTlsAction? action, Table? table) in _items)
        {
            if (table == null) return action;
            LookupResult found = await AskAsync(table, key);
            if (found.IsNotFound) continue;
            if (found.IsFound && Parse(found.Value) is { } listed) return listed;
            Log.Warning($"{_name}: {(found.IsError ? found.ErrorText : $"{table.Spec}: unknown action \"{found.Value}\"")}");
            return null;
        }
        return RequireTlsAction.Enforce;
    }

    private static async ValueTask<LookupResult> AskAsync(Table table, string domain)
    {
        LookupResult found = await table.LookupAsync(domain);
        bool walk = TableTraits.HasFixedKeys(table);
        for (int dot = 0; walk && found.IsNotFound && (dot = domain.IndexOf('.', dot + 1)) >= 0;)
            found = await table.LookupAsync(domain[dot..]);
        return found;
    }

    private static RequireTlsAction? Parse(string word)
    {
        int index = Array.FindIndex(s_words, w => w.Equals(word, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : (RequireTlsAction)index;
    }
}
