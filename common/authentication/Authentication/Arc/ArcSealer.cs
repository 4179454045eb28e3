using System.Buffers;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Authentication.Messages;
using MtaSuite.Common.Dns;

namespace MtaSuite.Common.Authentication.Arc;

/// <summary>How to seal.</summary>
public sealed record ArcSealingOptions
{
    /// <summary>As for DKIM, and the signatures of those before (RFC 8617 4.1.2).</summary>
    public static readonly IReadOnlyList<string> DefaultFields = [.. DkimSigningOptions.DefaultFields, DkimSigner.FieldName];

    public required string Domain { get; init; }
    public required string Selector { get; init; }
    public required DkimPrivateKey Key { get; init; }
    public IReadOnlyList<string> Fields { get; init; } = DefaultFields;
}

/// <summary>
/// Makes the next ARC set of a message that is passed on (RFC 8617 5.1). Made when the header is complete; <see cref="Seal"/> when the body
/// is,
/// with what the verifier said of the chain so far.
/// </summary>
public sealed class ArcSealer
{
    private readonly ArcSealingOptions _options;
    private readonly HeaderFields _fields;
    private readonly ArcChain _chain;
    private readonly BodyHash? _body;
    private readonly DateTimeOffset _now;

    public ArcSealer(ArcSealingOptions options, MessageHeader header, BodyHashes hashes, DateTimeOffset now)
    {
        _options = options;
        _now = now;
        _fields = header.ByName;
        _chain = new ArcChain(_fields);
        if (header.IsTooLarge) Problem = $"the header has {header.Size} bytes; at most {header.MaxSize} can be sealed";
        else if (_chain.Highest >= ArcChain.MaxSets) Problem = $"there are {ArcChain.MaxSets} sets already";
        else _body = hashes.Request(Canonicalization.Relaxed);
    }

    /// <summary>Why the message cannot be sealed; empty: it can.</summary>
    public string Problem { get; } = "";

    /// <summary>The fields of the new set in the order in which they are to stand on top of the header, values as
    /// <see cref="DkimSigner.Sign"/> gives them; none when the chain must not be continued.</summary>
    /// <param name="chain">What <see cref="ArcVerifier"/> found.</param>
    /// <param name="results">The value of our Authentication-Results: authserv-id and results, folded with CRLF.</param>
    public IReadOnlyList<(string Name, string Value)> Seal(ArcResult chain, string results)
    {
        if (_body == null || chain.NextValidation is not { } validation) return [];
        string instance = (_chain.Highest + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        FieldBytes found = FieldBytes.Make(ArcChain.ResultsName, $"i={instance}; {results.Trim(' ', '\t', '\r', '\n')}");
        string message = SignMessage(instance);
        FoldedTags tags = new FoldedTags(ArcChain.SealName).Add("i", instance).Add("a", _options.Key.Algorithm).Add("cv", validation);
        AddSigner(tags);
        string unsigned = tags.AddBase64("b", []).ToString();
        ArcSet set = new()
        {
            Results = found,
            Message = FieldBytes.Make(ArcChain.MessageName, message),
            Seal = FieldBytes.Make(ArcChain.SealName, unsigned),
        };
        ArrayBufferWriter<byte> text = new(4096);
        // a broken chain is sealed without what came before (RFC 8617 5.1.2)
        if (validation == "pass")
            foreach (FieldBytes field in _chain.Sets.SelectMany(s => s.Fields))
                CanonicalField.Write(text, Canonicalization.Relaxed, field.Bytes.Span, withLineEnd: true);
        string seal = tags.AppendBase64(_options.Key.Sign(ArcVerifier.SealHash(text, set))).ToString();
        return [(ArcChain.SealName, seal), (ArcChain.MessageName, message), (ArcChain.ResultsName, found.Text)];
    }

    private string SignMessage(string instance)
    {
        FoldedTags tags = new FoldedTags(ArcChain.MessageName).Add("i", instance).Add("a", _options.Key.Algorithm)
            .Add("c", "relaxed/relaxed");
        AddSigner(tags);
        List<string> names = DkimSigner.SignedNames(_fields, _options.Fields, DkimSigningOptions.DefaultOversigned);
        tags.AddNames("h", names).AddBase64("bh", _body!.Value);
        return DkimSigner.SignFields(tags, ArcChain.MessageName, _fields, names, Canonicalization.Relaxed, _options.Key);
    }

    private void AddSigner(FoldedTags tags) => tags.Add("d", DomainName.ToAscii(_options.Domain) ?? _options.Domain)
        .Add("s", _options.Selector).Add("t", DkimSigner.Seconds(_now));
}
