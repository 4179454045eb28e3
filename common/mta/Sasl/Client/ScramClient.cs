using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MtaSuite.Common.Sasl.Client;

/// <summary>
/// SCRAM at the client (RFC 5802, RFC 7677); see <see cref="ScramMessage"/> for the grammar. The server must prove itself before it is
/// believed.
/// </summary>
/// <param name="nonce">For tests.</param>
internal sealed class ScramClient(ScramHash hash, SaslCredentials who, SaslServerFacts server, bool plus, string? nonce = null) : SaslClient
{
    /// <summary>A server that asks for more wants to keep us busy.</summary>
    private const int MaxIterations = 1_000_000, MaxMessage = 4096;
    private readonly string _nonce = nonce ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
    private int _step;
    private string _first = "";
    private byte[] _serverSignature = [];

    public override bool MayEnd => _step == 3;

    // RFC 5802 6: "y" where we could bind and the server did not offer to
    private string Gs2 => plus ? $"p={server.Binding!.Value.Type},," : server.Binding is not null && !server.PlusOffered ? "y,," : "n,,";

    public override byte[]? Initial()
    {
        _step = 1;
        string name = SaslPrep.PrepareOrSame(who.Login);
        _first = $"n={ScramMessage.EncodeName(name)},r={_nonce}";
        return Encoding.UTF8.GetBytes(Gs2 + _first);
    }

    public override SaslResult Next(ReadOnlySpan<byte> challenge)
    {
        if (challenge.Length > MaxMessage || ScramMessage.Text(challenge) is not { } text) return Bad();
        switch (_step)
        {
            case 0: return SaslResult.Continue(Initial()!);
            case 1: return First(text);
            case 2: return Final(text);
            default: return Bad();
        }
    }

    private SaslResult First(string message)
    {
        string[] parts = message.Split(',');
        string? both = ScramMessage.Attribute(parts, 0, 'r');
        byte[]? salt = ScramMessage.Base64(ScramMessage.Attribute(parts, 1, 's'));
        if (both is null || salt is not { Length: > 0 } || !ScramMessage.AreExtensions(parts, 3)
            || !int.TryParse(ScramMessage.Attribute(parts, 2, 'i'), NumberStyles.None, CultureInfo.InvariantCulture,
            out int iterations)) return Bad();
        if (!both.StartsWith(_nonce, StringComparison.Ordinal) || both.Length == _nonce.Length || !ScramMessage.IsNonce(both))
            return Bad("the server's nonce is not ours with more behind it");
        if (iterations is < ScramVerifier.MinIterations or > MaxIterations) return Bad($"the server asks for {iterations} iterations");
        byte[] binding = [.. Encoding.UTF8.GetBytes(Gs2), .. plus ? server.Binding!.Value.Data : []];
        string final = $"c={Convert.ToBase64String(binding)},r={both}";
        byte[] authMessage = Encoding.UTF8.GetBytes($"{_first},{message},{final}");
        byte[] salted = hash.SaltedPassword(who.Password, salt, iterations);
        byte[] clientKey = hash.ClientKey(salted);
        byte[] proof = ScramHash.Xor(clientKey, hash.Hmac(hash.Hash(clientKey), authMessage));
        _serverSignature = hash.Hmac(hash.ServerKey(salted), authMessage);
        _step = 2;
        return SaslResult.Continue(Encoding.UTF8.GetBytes($"{final},p={Convert.ToBase64String(proof)}"));
    }

    private SaslResult Final(string message)
    {
        string[] parts = message.Split(',');
        if (ScramMessage.Attribute(parts, 0, 'e') is { } error) return Bad($"the server says: {error}");
        if (ScramMessage.Base64(ScramMessage.Attribute(parts, 0, 'v')) is not { } signature) return Bad();
        if (!CryptographicOperations.FixedTimeEquals(signature, _serverSignature)) return Bad("the server does not know the password");
        _step = 3;
        return SaslResult.Continue([]);
    }

    private SaslResult Bad(string text = BadChallenge) => SaslResult.Fail(who.Login, "", text);
}
