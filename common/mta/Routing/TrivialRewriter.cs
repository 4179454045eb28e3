using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Routing;

/// <summary>In whose name an incomplete address is completed.</summary>
public enum RewriteContext : byte
{
    /// <summary>Not at all: headers of remote clients without remote_header_rewrite_domain.</summary>
    None,
    /// <summary>myorigin and mydomain: envelopes, and headers of local_header_rewrite_clients.</summary>
    Local,
    /// <summary>remote_header_rewrite_domain for both.</summary>
    Remote,
}

/// <summary>What <see cref="TrivialRewriter"/> does, as main.cf says.</summary>
public sealed record RewriteRules
{
    public string Myorigin { get; init; } = "";
    public string Mydomain { get; init; } = "";
    public string RemoteDomain { get; init; } = "";
    public bool AppendAtMyorigin { get; init; } = true;
    public bool AppendDotMydomain { get; init; }
    public bool SwapBangpath { get; init; } = true;
    public bool PercentHack { get; init; } = true;

    public static RewriteRules From(MailConfig config) => new()
    {
        Myorigin = config.Get(CommonParams.Myorigin),
        Mydomain = config.Get(CommonParams.Mydomain),
        RemoteDomain = config.Get(RewriteParams.RemoteHeaderRewriteDomain),
        AppendAtMyorigin = config.Get(RewriteParams.AppendAtMyorigin),
        AppendDotMydomain = config.Get(RewriteParams.AppendDotMydomain),
        SwapBangpath = config.Get(RewriteParams.SwapBangpath),
        PercentHack = config.Get(RewriteParams.AllowPercentHack),
    };
}

/// <summary>
/// Brings addresses into the standard form user@full.domain: drops a source route, turns site!user and user%site around, appends
/// "@$myorigin" and ".$mydomain", takes a trailing dot off. Works on the external form; an address that is complete comes back as the same
/// string, one that changes has its local part quoted as the grammar asks for.
/// </summary>
public sealed class TrivialRewriter(RewriteRules rules)
{
    public RewriteRules Rules { get; } = rules;

    /// <summary>The context for headers of a client that local_header_rewrite_clients does not match.</summary>
    public RewriteContext RemoteContext => Rules.RemoteDomain.Length > 0 ? RewriteContext.Remote : RewriteContext.None;

    /// <summary>True when the bytes are an address that <see cref="Rewrite"/> surely leaves alone.</summary>
    public static bool IsComplete(ReadOnlySpan<byte> address)
    {
        int at = -1, dot = -1;
        for (int i = 0; i < address.Length; i++)
        {
            byte b = address[i];
            if (b == '@') { if (at >= 0 || i == 0) return false; at = i; }
            else if (b == '.') dot = i;
            else if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'-' or (byte)'_' or (byte)'+' or (byte)'=')) return false;
        }
        return at > 0 && dot > at + 1 && dot < address.Length - 1;
    }

    /// <summary>Rewrites an address in external form. The empty address stays empty.</summary>
    public string Rewrite(string address, RewriteContext context)
    {
        if (context == RewriteContext.None || address.Length == 0 || address == "\"\"" || IsComplete(address)) return address;
        (string origin, string domain) = context == RewriteContext.Local ? (Rules.Myorigin, Rules.Mydomain)
            : (Rules.RemoteDomain, Rules.RemoteDomain);
        if (address == "@") return "\"\"";
        string result = AppendDomain(AppendOrigin(WithoutRoute(address), origin), domain);
        result = ExternalText.WithoutTrailingDot(result);
        return result == address ? address : ExternalText.Requote(result);
    }

    /// <summary>Rewrites an envelope address in internal form.</summary>
    public string RewriteInternal(string address, RewriteContext context)
    {
        string external = Address.Quote822(address);
        string result = Rewrite(external, context);
        return ReferenceEquals(result, external) ? address : Address.Unquote822(result);
    }

    private static bool IsComplete(string address)
    {
        int at = address.IndexOf('@');
        if (at <= 0 || address.AsSpan().IndexOfAny('"', '\\', '[') >= 0) return false;
        ReadOnlySpan<char> domain = address.AsSpan(address.LastIndexOf('@') + 1);
        int dot = domain.IndexOf('.');
        return dot > 0 && domain[^1] != '.';
    }

    // "@a,@b:user@c"
    private static string WithoutRoute(string address)
    {
        if (address[0] != '@') return address;
        int colon = ExternalText.IndexOf(address, ':');
        return colon < 0 || colon == address.Length - 1 ? address : address[(colon + 1)..];
    }

    private string AppendOrigin(string address, string origin)
    {
        if (ExternalText.Has(address, '@')) return address;
        if (Rules.SwapBangpath && ExternalText.IndexOf(address, '!') is var bang and >= 0)
            return $"{address.AsSpan(bang + 1)}@{address.AsSpan(0, bang)}";
        if (Rules.PercentHack && ExternalText.IndexOf(address, '%', last: true) is var percent and >= 0)
            return $"{address.AsSpan(0, percent)}@{address.AsSpan(percent + 1)}";
        return Rules.AppendAtMyorigin && origin.Length > 0 ? $"{address}@{origin}" : address;
    }

    // An address that ends in "@" is broken and stays so: its complaint should show it as it was.
    private string AppendDomain(string address, string domain)
    {
        if (!Rules.AppendDotMydomain || domain.Length == 0) return address;
        int at = ExternalText.IndexOf(address, '@', last: true);
        if (at < 0 || at == address.Length - 1) return address;
        return address.AsSpan(at + 1).IndexOfAny('.', '[') >= 0 ? address : $"{address}.{domain}";
    }
}
