using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Mime;

/// <summary>The tables of one parameter of checks. Keys and values are bytes: a string holds one byte in each character.</summary>
public sealed class CheckTable
{
    public static readonly CheckTable Empty = new("", Maps.Empty);

    private readonly Maps _maps;

    private CheckTable(string parameter, Maps maps) => (Parameter, _maps) = (parameter, maps);

    /// <summary>The parameter that names the tables.</summary>
    public string Parameter { get; }

    public bool IsEmpty => _maps.IsEmpty;

    /// <summary>Opens tables; see <see cref="Problems"/>.</summary>
    public static CheckTable Open(string parameter, string value)
    {
        // entries in the configuration itself are bytes too
        if (value.Contains('{')) value = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(value));
        return value.Length == 0 ? Empty : new CheckTable(parameter, Maps.Open(value, new TableOptions { Utf8 = false }));
    }

    /// <summary>What is wrong with the tables, for the log.</summary>
    public IEnumerable<string> Problems => _maps.OpenErrors.Select(p => $"{Parameter}: {p}");

    /// <summary>
    /// What a parameter of checks allows in its tables, and whether they are for header fields; null: it is none.
    /// </summary>
    public static (CheckAction Allowed, bool IsHeader)? Kind(string parameter)
    {
        bool isHeader = parameter.EndsWith("header_checks", StringComparison.Ordinal);
        if (!isHeader && !parameter.EndsWith("body_checks", StringComparison.Ordinal)) return null;
        bool isOutput = parameter.StartsWith("smtp_", StringComparison.Ordinal) || parameter.StartsWith("lmtp_", StringComparison.Ordinal);
        CheckAction allowed = isOutput ? CheckAction.OfContent
            : parameter.StartsWith("milter_", StringComparison.Ordinal) ? CheckAction.OfMilterFields : CheckAction.All;
        return (allowed, isHeader);
    }

    /// <summary>Asks about a field without its last LF, or a line. An empty one matches nothing.</summary>
    /// <param name="allowed">The actions that mean something here.</param>
    public ValueTask<CheckVerdict> AskAsync(ReadOnlySpan<byte> text, bool isHeader, CheckAction allowed)
    {
        if (text.IsEmpty || IsEmpty) return default;
        ValueTask<LookupResult> answer = _maps.LookupAsync(Encoding.Latin1.GetString(text));
        return answer.IsCompletedSuccessfully ? ValueTask.FromResult(Read(answer.Result, isHeader, allowed))
            : WaitAsync(answer, isHeader, allowed);
    }

    private async ValueTask<CheckVerdict> WaitAsync(ValueTask<LookupResult> answer, bool isHeader, CheckAction allowed) =>
        Read(await answer, isHeader, allowed);

    private CheckVerdict Read(LookupResult result, bool isHeader, CheckAction allowed)
    {
        if (result.IsFound) return CheckVerdict.Parse(result.Value, Parameter, isHeader, allowed);
        if (!result.IsError) return default;
        Log.Log.Warning($"{Parameter}: {result.ErrorText}");
        return new CheckVerdict(CheckAction.Error);
    }
}

/// <summary>The tables that look at the content of mail (header_checks(5)).</summary>
public sealed class ContentChecks
{
    public static readonly ContentChecks None = new();

    public CheckTable Header { get; init; } = CheckTable.Empty;
    public CheckTable MimeHeader { get; init; } = CheckTable.Empty;
    public CheckTable NestedHeader { get; init; } = CheckTable.Empty;
    public CheckTable Body { get; init; } = CheckTable.Empty;

    /// <summary>Bytes of each body that are looked at; 0: all (body_checks_size_limit).</summary>
    public int BodyLimit { get; init; } = 51_200;

    /// <summary>The actions that mean something here.</summary>
    public CheckAction Allowed { get; init; } = CheckAction.All;

    private CheckTable[] Tables => [Header, MimeHeader, NestedHeader, Body];

    public bool IsEmpty => Array.TrueForAll(Tables, t => t.IsEmpty);

    /// <summary>What is wrong with the tables, for the log.</summary>
    public IEnumerable<string> Problems => Tables.SelectMany(t => t.Problems);

    /// <summary>Fields that describe content are for mime_header_checks wherever they stand.</summary>
    public CheckTable For(MimeSection section, HeaderName name) =>
        (name.Traits() & HeaderTraits.Mime) != 0 ? MimeHeader : section switch
        {
            MimeSection.Nested => NestedHeader,
            MimeSection.Part => MimeHeader,
            _ => Header,
        };
}
