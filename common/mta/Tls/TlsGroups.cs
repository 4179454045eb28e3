using MtaSuite.Common.Native;

namespace MtaSuite.Common.Tls;

/// <summary>
/// Key exchange groups by name. "?NAME" (wanted where it exists) and "DEFAULT" are syntax of OpenSSL 3.5; older libraries refuse a list
/// with a name that they do not know, so there the list is cut down to what they have.
/// </summary>
internal static class TlsGroups
{
    // What OpenSSL before 3.5 offers without being told.
    private static readonly string[] s_default = ["X25519", "P-256", "X448", "P-521", "P-384"];
    private static readonly Dictionary<string, bool> s_known = new(StringComparer.OrdinalIgnoreCase);

    public static void Apply(nint context, string list)
    {
        if (OpenSsl.MinorVersion >= 5 && SslContext.SetGroups(context, list)) return;
        List<string> groups = [];
        foreach (string item in list.Split([':', ',', ' ', '/'], StringSplitOptions.RemoveEmptyEntries))
        {
            string name = item.TrimStart('?', '*', '-');
            foreach (string group in name.Equals("DEFAULT", StringComparison.OrdinalIgnoreCase) ? s_default : [name])
                if (!groups.Contains(group, StringComparer.OrdinalIgnoreCase) && IsKnown(context, group)) groups.Add(group);
        }
        if (groups.Count > 0) _ = SslContext.SetGroups(context, string.Join(':', groups));
    }

    private static bool IsKnown(nint context, string group)
    {
        lock (s_known)
        {
            if (s_known.TryGetValue(group, out bool known)) return known;
            known = SslContext.SetGroups(context, group);
            _ = SslErrors.Take();
            return s_known[group] = known;
        }
    }
}
