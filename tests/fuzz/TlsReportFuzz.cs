using System.Text;
using MtaSuite.Tlsrpt;
using MtaSuite.Common.Mail;

namespace MtaSuite.Tests.Fuzz;

/// <summary>
/// Lines of the journal of TLS reports: what is read is written the same. TXT records and URIs that name where reports go: what is taken
/// can be used.
/// </summary>
public static class TlsReportFuzz
{
    public static void One(ReadOnlySpan<byte> input)
    {
        string text = Encoding.Latin1.GetString(input);
        foreach (string uri in TlsReportRecord.Addresses(["v=TLSRPTv1; rua=" + text]).Concat(TlsReportRecord.Addresses([text])))
            if (TlsReportRecord.Mailbox(uri) is { } mailbox ? mailbox.Any(c => c is <= ' ' or > '~')
                : TlsReportRecord.WebAddress(uri) == null) throw new InvalidOperationException($"{uri} was taken");
        if (text.Contains('\n') || ReportRecord.Parse(text) is not { } record) return;
        string line = record.Format();
        if (line.IndexOf('\n') != line.Length - 1 || ReportRecord.Parse(line[..^1]) != record)
            throw new InvalidOperationException($"{record} was written as {line}");
        ReportBook book = new(new ReportSettings());
        book.Restore(record);
        book.Restore(record with { Event = ReportEvent.Done });
        if (book.Count != 0) throw new InvalidOperationException($"{record} was not forgotten");
    }
}

[TestFixture]
public class TlsReportFuzzTests
{
    private static readonly string[] s_seeds =
    [
        "+\t1795305600\ta.example\tsts\ta.example\tversion: STSv1\\nmode: testing\\n\tmx.a.example\\n\t12",
        "+\t1795305600\ta.example\ttlsa\tmx.a.example\t3 1 1 "
            + "ab\\n\t\t3\tvalidation-failure\t192.0.2.1\tmx.a.example\thelo\t192.0.2.2\twhy\\tnot",
        "@\t1795305600\ta.example\tmailto:x@a.example https://a.example/", "]\t1795305600\ta.example\t1795391999\t1795400000",
            ">\t1\ta\tmailto:x@a", "<\t1\ta\tmailto:x@a", "x\t1\ta", "x\t1\ta\\tb\\\\c",
        "v=TLSRPTv1; rua=mailto:a%2Bb@c.example?x=y, https://c.example/%zz ;",
    ];

    /// <summary>A line with some of its characters replaced: pairs of a place and a character.</summary>
    private static void Changed(ReadOnlySpan<byte> input)
    {
        if (input.Length < 1) return;
        byte[] line = Encoding.Latin1.GetBytes(s_seeds[input[0] % s_seeds.Length]);
        for (int i = 1; i + 1 < input.Length && i < 9; i += 2) line[input[i] * 131 % line.Length] = input[i + 1];
        TlsReportFuzz.One(line);
        TlsReportFuzz.One(input);
    }

    [TestCaseSource(nameof(s_seeds))]
    public void As_it_is(string line) => TlsReportFuzz.One(Encoding.Latin1.GetBytes(line));

    [Test]
    public void Random_and_changed_lines() => FuzzRunner.Run(Changed, 11, "+@]><x0129\t\\nr.a;,=%: \r\u007f"u8);
}
