using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MtaSuite.Common.Sasl;

namespace MtaSuite.Smtpd.Auth.Mechanisms;

/// <summary>
/// SCRAM (RFC 5802, RFC 7677), with and without channel binding. Four messages: the client's name and nonce; our nonce, salt and
/// iterations; the client's proof; ours. SMTP has no data in a success (RFC 4954 4), so ours is a challenge that is answered with nothing.
/// </summary>
/// <param name="plus">The mechanism is the one with channel binding.</param>
/// <param name="channelBinding">See <see cref="SaslContext.ChannelBinding"/>; not null means that "-PLUS" was announced as well.</param>
/// <param name="nonce">For tests.</param>
public sealed class ScramServer(ScramHash hash, bool plus, IAuthority authority, Func<string, byte[]?>? channelBinding,
    string? nonce = null) : SaslServer
{
    private const int MaxMessage = 4096;
    private int _step;
    private string _gs2 = "", _clientFirst = "", _serverFirst = "", _nonce = "", _login = "", _detail = "";
    private byte[] _binding = [];
    private ScramVerifier? _verifier;

    public override SaslResult Next(ReadOnlySpan<byte> message)
    {
        if (message.Length > MaxMessage || ScramMessage.Text(message) is not { } text) return SaslResult.Malformed(_login);
        return _step++ switch
        {
            0 => First(text),
            1 => Final(text),
            2 => text.Length == 0 ? SaslResult.Success(_login) : SaslResult.Malformed(_login),
            _ => SaslResult.Malformed(_login),
        };
    }

    private SaslResult First(string message)
    {
        if (!Gs2Header.TryParse(message, out Gs2Header gs2)) return SaslResult.Malformed();
        _gs2 = message[..gs2.Length];
        _clientFirst = message[gs2.Length..];
        string[] parts = _clientFirst.Split(',');
        if (ScramMessage.Attribute(parts, 0, 'n') is not { } encoded || ScramMessage.DecodeName(encoded) is not { } name)
            return SaslResult.Malformed();
        if (ScramMessage.Attribute(parts, 1, 'r') is not { } clientNonce || !ScramMessage.IsNonce(clientNonce)
            || !ScramMessage.AreExtensions(parts, 2))
            return SaslResult.Malformed(name);
        if (CheckBinding(gs2) is { } problem) return SaslResult.Fail(name, problem);
        if (!SaslPrep.TryPrepare(name, out string prepared)) return SaslResult.Malformed(name);
        SaslResult found = authority.FindVerifier(hash, gs2.AuthorizationId, prepared, out _verifier, out _detail);
        if (found.Status != SaslStatus.Continue) return found;
        _login = found.Login;
        _nonce = clientNonce + (nonce ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(18)));
        _serverFirst =
            string.Create(CultureInfo.InvariantCulture, $"r={_nonce},s={Convert.ToBase64String(_verifier.Salt)},i={_verifier.Iterations}");
        return SaslResult.Continue(Encoding.UTF8.GetBytes(_serverFirst), _login);
    }

    /// <summary>Why the channel binding is not as it must be; null when it is.</summary>
    private string? CheckBinding(Gs2Header gs2)
    {
        if (plus != (gs2.Flag == 'p'))
            return plus ? "no channel binding in a -PLUS mechanism" : "channel binding without a -PLUS mechanism";
        // RFC 5802 6: the client believes that we have none. Somebody took it out of what we announced.
        if (gs2.Flag == 'y' && channelBinding is not null) return "channel binding was hidden from the client";
        if (!plus) return null;
        if (channelBinding?.Invoke(gs2.Binding) is not { } binding) return $"no channel binding of type {gs2.Binding}";
        _binding = binding;
        return null;
    }

    private SaslResult Final(string message)
    {
        int proofAt = message.LastIndexOf(",p=", StringComparison.Ordinal);
        if (proofAt < 0) return SaslResult.Malformed(_login);
        string[] parts = message[..proofAt].Split(',');
        byte[]? binding = ScramMessage.Base64(ScramMessage.Attribute(parts, 0, 'c'));
        byte[]? proof = ScramMessage.Base64(message[(proofAt + 3)..]);
        if (binding is null || ScramMessage.Attribute(parts, 1, 'r') is not { } clientNonce || !ScramMessage.AreExtensions(parts, 2)
            || proof?.Length != hash.Size) return SaslResult.Malformed(_login);
        byte[] expected = [.. Encoding.UTF8.GetBytes(_gs2), .. _binding];
        if (!CryptographicOperations.FixedTimeEquals(binding, expected)) return SaslResult.Fail(_login, "wrong channel binding");
        if (clientNonce != _nonce) return SaslResult.Fail(_login, "wrong nonce");
        byte[] authMessage = Encoding.UTF8.GetBytes($"{_clientFirst},{_serverFirst},{message[..proofAt]}");
        byte[] clientKey = ScramHash.Xor(proof, hash.Hmac(_verifier!.StoredKey, authMessage));
        bool right = CryptographicOperations.FixedTimeEquals(hash.Hash(clientKey), _verifier.StoredKey);
        if (!right || _detail.Length > 0) return SaslResult.Fail(_login, _detail.Length > 0 ? _detail : "wrong password");
        return SaslResult.Continue(Encoding.UTF8.GetBytes($"v={Convert.ToBase64String(hash.Hmac(_verifier.ServerKey, authMessage))}"),
            _login);
    }
}
