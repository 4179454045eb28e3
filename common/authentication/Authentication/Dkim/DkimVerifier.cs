using System.Buffers;
using System.Security.Cryptography;
using MtaSuite.Common.Authentication.Messages;
using MtaSuite.Common.Dns;

namespace MtaSuite.Common.Authentication.Dkim;

/// <summary>
/// Verifies the DKIM signatures of one message (RFC 6376 6.1). Made when the header is complete: it reads the signatures, and asks for the
/// body hashes that they need. The keys can be looked up while the body comes (<see cref="StartLookups"/>). When the body is complete,
/// <see cref="VerifyAsync"/> gives the results.
/// </summary>
public sealed class DkimVerifier
{
    private readonly MessageHeader _header;
    private readonly HeaderFields _fields;
    private readonly List<(DkimSignature Signature, BodyHash? Body)> _signatures = [];
    private readonly KeyLookups _lookups = new();

    public DkimVerifier(MessageHeader header, BodyHashes hashes, DkimLimits limits, DateTimeOffset now)
    {
        _header = header;
        _fields = header.ByName;
        List<DkimSignature> all = [.. Choose(limits).Select(f => new DkimSignature(f, limits, now))];
        foreach (DkimSignature s in all)
            _signatures.Add((s, s.IsGood && !header.IsTooLarge ? hashes.Request(s.Body, HashKind.Sha256, s.Limit ?? long.MaxValue) : null));
    }

    /// <summary>DKIM-Signature fields of the message, as far as the header was kept.</summary>
    public int SignatureCount => _fields.Count(DkimSigner.FieldName);

    /// <summary>Signatures that are not looked at, because there are too many.</summary>
    public int IgnoredCount => SignatureCount - _signatures.Count;

    public bool HasSignatures => _signatures.Count > 0;

    /// <summary>Begins to look up the keys. Calling it is optional.</summary>
    public void StartLookups(IDkimKeys keys) => _lookups.Start(keys, _signatures.Where(s => s.Body != null).Select(s => s.Signature));

    /// <summary>A result for each signature that was looked at, in the order of the header; the body hashes must be complete.</summary>
    public async Task<IReadOnlyList<DkimResult>> VerifyAsync(IDkimKeys keys)
    {
        StartLookups(keys);
        List<DkimResult> results = [];
        foreach ((DkimSignature s, BodyHash? body) in _signatures)
        {
            if (body == null) results.Add(Unverified(s));
            else results.Add(SignatureCheck.Run(s, _fields, body, await _lookups.AnswerAsync(s)));
        }
        return results;
    }

    private DkimResult Unverified(DkimSignature s) => s.IsGood
        ? SignatureCheck.Result(s, DkimVerdict.Policy, $"the header has {_header.Size} bytes; at most {_header.MaxSize} are looked at")
        : SignatureCheck.Result(s, s.Problem, s.Reason);

    /// <summary>The signatures to look at, in their order: when there are too many, those of the author's domain and those above it are
    /// preferred, as DMARC asks for them.</summary>
    private List<FieldBytes> Choose(DkimLimits limits)
    {
        List<FieldBytes> all = [.. _fields.Named(DkimSigner.FieldName)];
        if (all.Count <= limits.Signatures) return all;
        string author = AuthorDomain();
        HashSet<int> chosen = [.. Enumerable.Range(0, all.Count).OrderBy(i => IsOf(all[i], author) ? 0 : 1).Take(limits.Signatures)];
        return [.. all.Where((_, i) => chosen.Contains(i))];
    }

    private string AuthorDomain()
    {
        string from = _fields.Named("From").LastOrDefault() is { Name: not null } field ? field.Text : "";
        string domain = new([.. from[(from.LastIndexOf('@') + 1)..].TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-'
            or '_')]);
        return "." + domain.ToLowerInvariant();
    }

    // exactly what d= says is read again later
    private static bool IsOf(FieldBytes field, string author) =>
        TagList.TryParse(field.Text, out TagList tags, out _) && tags["d"] is { Length: > 0 } domain
        && author.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase);
}

/// <summary>The check of one signature that could be read, with the answer to the question for its key (RFC 6376 6.1.2, 6.1.3).</summary>
internal static class SignatureCheck
{
    private const int GoodKeyBits = 2048;

    public static DkimResult Run(DkimSignature s, HeaderFields fields, BodyHash body, DkimKeyAnswer answer)
    {
        if (answer.Verdict != DkimVerdict.Pass) return Result(s, answer.Verdict, answer.Reason, answer);
        DkimRecord record = answer.Record!;
        if (KeyProblem(s, record) is { } problem) return Result(s, DkimVerdict.PermError, problem, answer);
        if (s.Limit > body.Length)
            return Result(s, DkimVerdict.PermError, $"l={s.Limit}, but the body has {body.Length} bytes", answer);
        bool isSigned = answer.Key!.Verify(HeaderHash(s, fields), s.Signature);
        bool isSame = CryptographicOperations.FixedTimeEquals(body.Value, s.BodyHash);
        if (isSigned && isSame) return Result(s, DkimVerdict.Pass, Notes(s, fields, body, record), answer);
        return Result(s, DkimVerdict.Fail, isSigned ? "body hash did not verify"
            : isSame ? "signature did not verify" : "neither signature nor body hash did verify", answer);
    }

    public static byte[] HeaderHash(DkimSignature s, HeaderFields fields)
    {
        ArrayBufferWriter<byte> text = new(4096);
        fields.Write(text, s.Header, s.Names, s.Field);
        CanonicalField.WriteWithoutSignature(text, s.Header, s.Field);
        return SHA256.HashData(text.WrittenSpan);
    }

    public static DkimResult Result(DkimSignature s, DkimVerdict verdict, string reason, DkimKeyAnswer? answer = null) =>
        new(TagList.Shown(s.Domain), TagList.Shown(s.Selector), TagList.Shown(s.Identity), TagList.Shown(s.AlgorithmName), verdict, reason,
            answer?.Record?.Bits ?? 0, answer?.Record?.IsTesting ?? false, s.Prefix)
        { IsKeyAuthenticated = answer?.IsAuthenticated ?? false };

    /// <summary>Why the key may not be used for the signature; null: it may.</summary>
    public static string? KeyProblem(DkimSignature s, DkimRecord record)
    {
        if (KeyProblem((SignatureTags)s, record) is { } problem) return problem;
        return record.IsStrict && !s.HasOwnIdentity ? $"the key's record says t=s, and i={TagList.Shown(s.Identity)} is below {s.Domain}"
            : null;
    }

    public static string? KeyProblem(SignatureTags s, DkimRecord record)
    {
        bool isRsa = s.Algorithm == SignatureAlgorithm.RsaSha256;
        if (record.KeyType != (isRsa ? DkimKeyType.Rsa : DkimKeyType.Ed25519))
            return $"the key is for {(isRsa ? "ed25519" : "rsa")}, the signature is {s.AlgorithmName}";
        return record.Hashes.Count > 0 && !record.Hashes.Contains("sha256", StringComparer.OrdinalIgnoreCase)
            ? $"the key's record does not allow sha256 (h={TagList.Shown(string.Join(':', record.Hashes))})" : null;
    }

    // what a pass does not say
    private static string Notes(DkimSignature s, HeaderFields fields, BodyHash body, DkimRecord record)
    {
        List<string> notes = [];
        if (s.Limit is { } limit && limit < body.Length) notes.Add($"only {limit} of the body's {body.Length} bytes are signed (l=)");
        int more = fields.Count("From") - s.Names.Count(n => n.Equals("From", StringComparison.OrdinalIgnoreCase));
        if (more > 0) notes.Add($"{more} of {fields.Count("From")} From fields are not signed");
        if (record.KeyType == DkimKeyType.Rsa && record.Bits < GoodKeyBits) notes.Add($"the key has only {record.Bits} bits");
        return string.Join("; ", notes);
    }
}
