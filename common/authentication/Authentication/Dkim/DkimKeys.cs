using MtaSuite.Common.Dns;

namespace MtaSuite.Common.Authentication.Dkim;

/// <summary>Where public keys come from: the DNS, a file of records, a test.</summary>
public interface IDkimKeys
{
    /// <summary>The key at SELECTOR._domainkey.DOMAIN; both in ASCII and lower case. Every failure is a value.</summary>
    ValueTask<DkimKeyAnswer> FindAsync(string selector, string domain);
}

/// <summary>An answer: a key, or why there is none.</summary>
public sealed record DkimKeyAnswer
{
    /// <summary>Pass: there is a key; otherwise what the signature's verdict is, PermError or TempError.</summary>
    public DkimVerdict Verdict { get; init; } = DkimVerdict.Pass;
    public string Reason { get; init; } = "";
    /// <summary>Null: there is none, or it cannot be read.</summary>
    public DkimRecord? Record { get; init; }
    /// <summary>Null where the verdict is not Pass.</summary>
    public DkimPublicKey? Key { get; init; }
    /// <summary>The answer was validated (DNSSEC).</summary>
    public bool IsAuthenticated { get; init; }

    public static DkimKeyAnswer TempError(string reason) => new() { Verdict = DkimVerdict.TempError, Reason = reason };

    public static DkimKeyAnswer PermError(string reason) => new() { Verdict = DkimVerdict.PermError, Reason = reason };
}

/// <summary>The questions for the keys of one message: each is asked once, however many signatures want its answer.</summary>
internal sealed class KeyLookups
{
    private Dictionary<string, Task<DkimKeyAnswer>>? _answers;

    /// <summary>Asks for the keys; a second call asks for nothing.</summary>
    public void Start(IDkimKeys keys, IEnumerable<SignatureTags> signatures)
    {
        if (_answers != null) return;
        _answers = [];
        foreach (SignatureTags s in signatures)
        {
            string name = DnsDkimKeys.NameOf(s.Selector, s.Domain);
            if (!_answers.ContainsKey(name)) _answers[name] = keys.FindAsync(s.Selector, s.Domain).AsTask();
        }
    }

    /// <summary>The answer for one of those signatures.</summary>
    public Task<DkimKeyAnswer> AnswerAsync(SignatureTags s) => _answers![DnsDkimKeys.NameOf(s.Selector, s.Domain)];
}

/// <summary>
/// Keys made from the texts of records, kept by text: what a record says does not change, so only what it costs is at stake. Two halves:
/// when the newer is full, it becomes the older. For one thread.
/// </summary>
/// <param name="capacity">Keys that are kept at most.</param>
public sealed class DkimKeyCache(DkimLimits limits, int capacity = DkimKeyCache.DefaultCapacity)
{
    /// <summary>A key takes about 3 KB.</summary>
    public const int DefaultCapacity = 1000;

    /// <summary>Characters of a record. One with a key of 4096 bits has 760.</summary>
    public const int MaxRecord = 8192;

    private Dictionary<string, DkimKeyAnswer> _newer = [], _older = [];

    public int Count => _newer.Count + _older.Count;

    /// <summary>The key of a record's text.</summary>
    public DkimKeyAnswer Find(string text)
    {
        if (text.Length > MaxRecord)
            return DkimKeyAnswer.PermError($"the key's record has {text.Length} characters; at most {MaxRecord} are accepted");
        if (_newer.TryGetValue(text, out DkimKeyAnswer? answer)) return answer;
        if (!_older.TryGetValue(text, out answer)) answer = Make(text);
        if (_newer.Count >= Math.Max(capacity / 2, 1)) (_newer, _older) = ([], _newer);
        _newer[text] = answer;
        return answer;
    }

    /// <summary>The key of several records: of the first that can be read (RFC 6376 3.6.2.2 leaves the choice).</summary>
    public DkimKeyAnswer Find(IEnumerable<string> texts)
    {
        DkimKeyAnswer? first = null;
        foreach (string text in texts.Take(MaxRecords))
        {
            DkimKeyAnswer answer = Find(text);
            if (answer.Record != null) return answer;
            first ??= answer;
        }
        return first ?? DkimKeyAnswer.PermError("there is no record");
    }

    private const int MaxRecords = 5;

    private DkimKeyAnswer Make(string text)
    {
        if (!DkimRecord.TryParse(text, out DkimRecord record, out string problem))
            return DkimKeyAnswer.PermError($"the key's record is wrong: {problem}");
        if (record.IsRevoked) return Refused(record, "the key is revoked (p= is empty)");
        if (record.KeyType == DkimKeyType.Unknown) return Refused(record, "k= of the key's record is neither rsa nor ed25519");
        if (record.KeyType == DkimKeyType.Rsa && record.Bits < limits.MinKeyBits)
            return Refused(record, $"the key has {record.Bits} bits; {limits.MinKeyBits} are needed (RFC 8301)");
        if (record.KeyType == DkimKeyType.Rsa && record.Bits > limits.MaxKeyBits)
            return Refused(record, $"the key has {record.Bits} bits; at most {limits.MaxKeyBits} are accepted");
        return DkimPublicKey.TryCreate(record, out DkimPublicKey? key, out problem)
            ? new DkimKeyAnswer { Record = record, Key = key } : Refused(record, problem);
    }

    private static DkimKeyAnswer Refused(DkimRecord record, string reason) => DkimKeyAnswer.PermError(reason) with { Record = record };
}

/// <summary>Keys from the DNS.</summary>
public sealed class DnsDkimKeys(DnsResolver resolver, DkimKeyCache cache, DnsQueryFlags flags = DnsQueryFlags.None) : IDkimKeys
{
    public async ValueTask<DkimKeyAnswer> FindAsync(string selector, string domain)
    {
        string name = NameOf(selector, domain);
        DnsAnswer answer = await resolver.Query(name, DnsType.TXT, flags);
        if (answer.IsFound) return cache.Find(answer.Texts) with { IsAuthenticated = answer.IsAuthenticated };
        return answer.IsNotFound ? DkimKeyAnswer.PermError($"no key: {name} has no TXT record")
            : DkimKeyAnswer.TempError($"the question for {name} failed: {answer.Reason}");
    }

    public static string NameOf(string selector, string domain) => $"{selector}._domainkey.{domain}";
}
