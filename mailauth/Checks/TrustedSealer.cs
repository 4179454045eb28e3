using MtaSuite.Common.Authentication.Arc;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Routing;

namespace MtaSuite.Mailauth.Checks;

/// <summary>
/// Whether the ARC chain of a message makes up for a failure of DMARC (RFC 8617 7.2.1). A seal is worth as much as the one who made it, and
/// says nothing of those before: only the sets at the end of the chain count whose sealers are all trusted, and the first of these must
/// have found that the message passed DMARC when it came in there.
/// </summary>
internal static class TrustedSealer
{
    /// <summary>The domain of that sealer; empty: nobody vouches for the message.</summary>
    public static async ValueTask<string> FindAsync(ArcResult arc, MatchList trusted)
    {
        if (arc.Verdict != DkimVerdict.Pass || trusted.IsEmpty) return "";
        ArcSeal? first = null;
        for (int i = arc.Seals.Count - 1; i >= 0; i--)
        {
            if (await trusted.MatchAsync(arc.Seals[i].Domain) != MatchResult.Yes) break;
            first = arc.Seals[i];
        }
        return first != null && HasPassed(first.AuthenticationResults) ? first.Domain : "";
    }

    /// <summary>The results of a sealer say "dmarc=pass".</summary>
    internal static bool HasPassed(string results)
    {
        // the authserv-id stands first; what is in quotes and comments is not a result
        string[] parts = WithoutQuotes(results).Split(';');
        bool passed = false;
        foreach (string part in parts.Skip(1))
        {
            string[] words = part.Split(['=', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || !words[0].Equals("dmarc", StringComparison.OrdinalIgnoreCase)) continue;
            if (!words[1].Equals("pass", StringComparison.OrdinalIgnoreCase)) return false;
            passed = true;
        }
        return passed;
    }

    private static string WithoutQuotes(string text)
    {
        System.Text.StringBuilder plain = new(text.Length);
        int depth = 0;
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\' && (quoted || depth > 0)) i++;
            else if (c == '"' && depth == 0) quoted = !quoted;
            else if (c == '(' && !quoted) depth++;
            else if (c == ')' && !quoted && depth > 0) depth--;
            else if (!quoted && depth == 0) plain.Append(c);
        }
        return plain.ToString();
    }
}
