using System.Globalization;
using System.Text;

namespace MtaSuite.Tools.Qshape;

/// <summary>How the table is divided.</summary>
/// <param name="Buckets">Number of ages.</param>
/// <param name="Minutes">The limit of the first.</param>
/// <param name="Linear">Each limit is higher by the same time, not by twice the time before.</param>
/// <param name="Parents">Parent domains have rows of their own.</param>
/// <param name="MinSubdomains">From so many subdomains on.</param>
internal sealed record QshapeShape(int Buckets = 10, int Minutes = 5, bool Linear = false, bool Parents = false, int MinSubdomains = 5);

/// <summary>Counts of messages or recipients by domain and age.</summary>
internal sealed class QshapeTable(QshapeShape shape)
{
    public const string Total = "TOTAL", NoSender = "MAILER-DAEMON";

    /// <summary>A domain's counts: the total first, then one for each age.</summary>
    private sealed class Row(int buckets)
    {
        public readonly long[] Counts = new long[buckets + 1];
        public int Subdomains;
    }

    private readonly Dictionary<string, Row> _rows = new(StringComparer.Ordinal);

    /// <summary>The narrowest column of domains.</summary>
    private const int MinDomainWidth = 18;

    /// <summary>Counts an address of this age.</summary>
    public void Add(string address, TimeSpan age)
    {
        int bucket = BucketOf(age);
        string name = DomainOf(address);
        Count(Total, bucket);
        bool isNew = false;
        while (true)
        {
            Row row = Count(name, bucket);
            if (isNew) row.Subdomains++;
            isNew = row.Counts[0] == 1;
            if (!shape.Parents || ParentOf(name) is not { } parent) return;
            name = parent;
        }
    }

    private Row Count(string name, int bucket)
    {
        if (!_rows.TryGetValue(name, out Row? row)) _rows[name] = row = new Row(shape.Buckets);
        row.Counts[0]++;
        row.Counts[bucket]++;
        return row;
    }

    private static string DomainOf(string address)
    {
        if (address.Length == 0) return NoSender;
        string domain = address[(address.LastIndexOf('@') + 1)..].ToLowerInvariant().Trim('.');
        while (domain.Contains("..", StringComparison.Ordinal)) domain = domain.Replace("..", ".", StringComparison.Ordinal);
        return domain;
    }

    /// <summary>".example.com" of "mx.example.com" and of ".mx.example.com"; null where that would be a top-level domain.</summary>
    private static string? ParentOf(string name)
    {
        int dot = name.IndexOf('.', 1 <= name.Length ? 1 : 0);
        return dot > 0 && name.IndexOf('.', dot + 1) > 0 ? name[dot..] : null;
    }

    /// <summary>Ages below the first limit are in bucket 1, the oldest in the last.</summary>
    internal int BucketOf(TimeSpan age)
    {
        double units = age.TotalMinutes / shape.Minutes;
        if (units < 1) return 1;
        double bucket = shape.Linear ? Math.Floor(units + 1) : 2 + Math.Floor(Math.Log2(units));
        return (int)Math.Min(bucket, shape.Buckets);
    }

    /// <summary>"T", the limits in minutes, and the last one with "+".</summary>
    public string[] Headings()
    {
        string[] headings = new string[shape.Buckets + 1];
        headings[0] = "T";
        long limit = 0;
        for (int i = 1; i < shape.Buckets; i++)
        {
            limit += limit > 0 && !shape.Linear ? limit : shape.Minutes;
            headings[i] = limit.ToString(CultureInfo.InvariantCulture);
        }
        headings[shape.Buckets] = $"{limit}+";
        return headings;
    }

    /// <summary>Rows with the most first; <paramref name="top"/> 0: all of them.</summary>
    public IEnumerable<(string Name, long[] Counts)> Rows(int top)
    {
        if (_rows.Count == 0) Count(Total, 1).Counts.AsSpan().Clear();
        IEnumerable<(string, long[])> rows = _rows.Where(r => !r.Key.StartsWith('.') || r.Value.Subdomains >= shape.MinSubdomains)
            .OrderByDescending(r => r.Value.Counts[0]).ThenByDescending(r => r.Key == Total).ThenBy(r => r.Key.Length)
            .ThenBy(r => r.Key, StringComparer.Ordinal)
            .Select(r => (r.Key, r.Value.Counts));
        return top > 0 ? rows.Take(top) : rows;
    }

    /// <summary>The table for people, <paramref name="width"/> columns wide.</summary>
    public string Print(int width, int top)
    {
        string[] headings = Headings();
        List<(string Name, long[] Counts)> rows = [.. Rows(top)];
        long[] totals = _rows.TryGetValue(Total, out Row? total) ? total.Counts : new long[shape.Buckets + 1];
        int[] widths =
            [.. headings.Select((h, i) => Math.Max(3, 1 + Math.Max(h.Length, totals[i].ToString(CultureInfo.InvariantCulture).Length)))];
        int names = Math.Max(MinDomainWidth, width - widths.Sum());
        StringBuilder text = new();
        Line(text, "", names, headings, widths);
        foreach ((string name, long[] counts) in rows)
            Line(text, name, names, [.. counts.Select(c => c.ToString(CultureInfo.InvariantCulture))], widths);
        return text.ToString();
    }

    private static void Line(StringBuilder text, string name, int names, string[] cells, int[] widths)
    {
        if (name.Length > names) name = name.StartsWith('.') ? ".+" + name[^(names - 2)..] : "+" + name[^(names - 1)..];
        text.Append(name.PadLeft(names));
        for (int i = 0; i < cells.Length; i++) text.Append(cells[i].PadLeft(widths[i]));
        text.Append('\n');
    }
}
