namespace MtaSuite.Tools.Check;

/// <summary>Finds the name that was probably intended.</summary>
public static class NearName
{
    /// <summary>
    /// The nearest candidate by edit distance, or null where none is near: more than a third of the name would have to change.
    /// </summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        string? nearest = null;
        int limit = Math.Min(4, Math.Max(1, name.Length / 3));
        foreach (string candidate in candidates)
        {
            if (Math.Abs(candidate.Length - name.Length) > limit) continue;
            int distance = Distance(name, candidate);
            if (distance > limit) continue;
            if (distance < limit || nearest == null) nearest = candidate;
            limit = distance;
        }
        return nearest;
    }

    /// <summary>" (did you mean X?)", or nothing.</summary>
    public static string Hint(string name, IEnumerable<string> candidates) =>
        Of(name, candidates) is { } near ? $" (did you mean {near}?)" : "";

    /// <summary>Letters to insert, remove, replace or swap with the next one to turn one text into the other.</summary>
    internal static int Distance(string a, string b)
    {
        int[] before = new int[b.Length + 1], last = new int[b.Length + 1], current = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++) last[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(last[j] + 1, current[j - 1] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) current[j] = Math.Min(current[j], before[j - 2] + 1);
            }
            (before, last, current) = (last, current, before);
        }
        return last[b.Length];
    }
}
