using System.Buffers;
using System.Security.Cryptography;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Authentication.Messages;

namespace MtaSuite.Common.Authentication.Arc;

/// <summary>
/// Verifies the chain of ARC sets of one message (RFC 8617 5.2). Used as <see cref="DkimVerifier"/>: made when the header is complete,
/// asked
/// when the body is.
/// </summary>
public sealed class ArcVerifier
{
    private readonly MessageHeader _header;
    private readonly HeaderFields _fields;
    private readonly ArcChain _chain;
    private readonly List<(DkimSignature Signature, BodyHash? Body)> _messages = [];
    private readonly KeyLookups _lookups = new();

    public ArcVerifier(MessageHeader header, BodyHashes hashes, DkimLimits limits, DateTimeOffset now)
    {
        _header = header;
        _fields = header.ByName;
        _chain = new ArcChain(_fields);
        if (!IsSound) return;
        foreach (ArcSet set in _chain.Sets)
        {
            DkimSignature message = new(set.Message, limits, now, isArc: true);
            _messages.Add((message, message.IsGood ? hashes.Request(message.Body, HashKind.Sha256, message.Limit ?? long.MaxValue) : null));
        }
    }

    public bool HasSets => _chain.IsThere;

    private bool IsSound => _chain.IsThere && _chain.Problem.Length == 0 && !_header.IsTooLarge;

    /// <summary>Begins to look up the keys. Calling it is optional.</summary>
    public void StartLookups(IDkimKeys keys) => _lookups.Start(keys,
        _messages.Select(m => m.Signature).Where(m => m.IsGood).Concat<SignatureTags>(IsSound ? _chain.Seals : []));

    /// <summary>The body hashes must be complete.</summary>
    public async Task<ArcResult> VerifyAsync(IDkimKeys keys)
    {
        if (!HasSets) return ArcResult.None;
        string problem = _header.IsTooLarge ? $"the header has {_header.Size} bytes; at most {_header.MaxSize} are looked at"
            : _chain.Problem;
        if (problem.Length > 0)
        {
            bool wasBroken = _chain.Seals.Any(s => s.ChainValidation == "fail");
            return new ArcResult(DkimVerdict.Fail, _chain.Highest, problem, []) { NextValidation = wasBroken ? null : "fail" };
        }
        StartLookups(keys);
        int count = _messages.Count;
        DkimResult[] messages = new DkimResult[count], seals = new DkimResult[count];
        // the message as it came from the last hop decides; older signatures say only since when it was not changed
        int unchanged = await CheckMessagesAsync(messages);
        if (unchanged < count) await CheckSealsAsync(seals);
        return Judge(messages, seals, unchanged);
    }

    /// <summary>Checks message signatures from the last to the first that fails; gives the index of the oldest that passes.</summary>
    private async Task<int> CheckMessagesAsync(DkimResult[] results)
    {
        for (int i = results.Length - 1; i >= 0; i--)
        {
            (DkimSignature s, BodyHash? body) = _messages[i];
            results[i] = body == null ? SignatureCheck.Result(s, s.Problem, s.Reason)
                : s.Names.Contains(ArcChain.SealName, StringComparer.OrdinalIgnoreCase)
                    ? SignatureCheck.Result(s, DkimVerdict.PermError, "h= has ARC-Seal, which must not be signed")
                : SignatureCheck.Run(s, _fields, body, await _lookups.AnswerAsync(s));
            if (results[i].Verdict != DkimVerdict.Pass) return i + 1;
        }
        return 0;
    }

    private async Task CheckSealsAsync(DkimResult[] results)
    {
        ArrayBufferWriter<byte> text = new(4096);
        for (int i = 0; i < results.Length; i++)
        {
            SealTags seal = _chain.Seals[i];
            DkimKeyAnswer answer = await _lookups.AnswerAsync(seal);
            byte[] hash = SealHash(text, _chain.Sets[i]);
            string? problem = answer.Verdict != DkimVerdict.Pass ? answer.Reason : SignatureCheck.KeyProblem(seal, answer.Record!);
            DkimVerdict verdict = answer.Verdict != DkimVerdict.Pass ? answer.Verdict
                : problem != null ? DkimVerdict.PermError
                : answer.Key!.Verify(hash, seal.Signature) ? DkimVerdict.Pass : DkimVerdict.Fail;
            results[i] = new DkimResult(seal.Domain, seal.Selector, "", seal.AlgorithmName, verdict,
                problem ?? (verdict == DkimVerdict.Fail ? "signature did not verify" : ""), answer.Record?.Bits ?? 0);
            if (verdict != DkimVerdict.Pass) return;
        }
    }

    /// <summary>The hash that a seal signs (RFC 8617 5.1.1): all sets up to its own, its own signature taken away. The text keeps what was
    /// written for the next seal.</summary>
    internal static byte[] SealHash(ArrayBufferWriter<byte> text, ArcSet set)
    {
        CanonicalField.Write(text, Canonicalization.Relaxed, set.Results.Bytes.Span, withLineEnd: true);
        CanonicalField.Write(text, Canonicalization.Relaxed, set.Message.Bytes.Span, withLineEnd: true);
        ArrayBufferWriter<byte> seal = new();
        CanonicalField.WriteWithoutSignature(seal, Canonicalization.Relaxed, set.Seal);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(text.WrittenSpan);
        hash.AppendData(seal.WrittenSpan);
        CanonicalField.Write(text, Canonicalization.Relaxed, set.Seal.Bytes.Span, withLineEnd: true);
        return hash.GetHashAndReset();
    }

    private ArcResult Judge(DkimResult?[] messages, DkimResult?[] seals, int unchanged)
    {
        int count = messages.Length, badSeal = Array.FindIndex(seals, s => s is { Verdict: not DkimVerdict.Pass });
        DkimResult? failed = unchanged == count ? messages[^1] : badSeal >= 0 ? seals[badSeal] : null;
        List<ArcSeal> list = [.. Enumerable.Range(0, count).Select(i => Describe(i, messages[i], seals[i]))];
        if (failed == null)
            return new ArcResult(DkimVerdict.Pass, count, "", list, unchanged == 0 ? 0 : unchanged + 1) { NextValidation = "pass" };
        bool isTemporary = failed.Verdict == DkimVerdict.TempError;
        string reason = (unchanged == count ? $"message signature {count}" : $"seal {badSeal + 1}")
            + $" of {failed.Domain}: {failed.Reason}";
        return new ArcResult(DkimVerdict.Fail, count, reason, list, 0, isTemporary) { NextValidation = isTemporary ? null : "fail" };
    }

    private ArcSeal Describe(int i, DkimResult? message, DkimResult? seal)
    {
        SealTags tags = _chain.Seals[i];
        string text = _chain.Sets[i].Results.Text;
        string reason = seal is { Verdict: not DkimVerdict.Pass } ? seal.Reason : message is { Verdict: not DkimVerdict.Pass }
            ? message.Reason : "";
        return new ArcSeal(i + 1, tags.Domain, tags.Selector, TagList.Shown(tags.AlgorithmName), tags.ChainValidation,
            seal?.Verdict ?? DkimVerdict.None, message?.Verdict ?? DkimVerdict.None, reason, text[(text.IndexOf(';') + 1)..].Trim(' ', '\t',
                '\r', '\n'));
    }
}
