using System.Security.Cryptography;
using System.Text;

namespace MtaSuite.Common.Sasl.Client;

/// <summary>PLAIN (RFC 4616): NUL login NUL password; see <see cref="Server.PlainServer"/> for the grammar.</summary>
internal sealed class PlainClient(SaslCredentials who) : SaslClient
{
    private bool _sent;

    public override bool MayEnd => _sent;

    public override byte[]? Initial()
    {
        _sent = true;
        return Encoding.UTF8.GetBytes($"\0{who.Login}\0{who.Password}");
    }

    public override SaslResult Next(ReadOnlySpan<byte> challenge) =>
        _sent ? SaslResult.Fail(who.Login, "", BadChallenge) : SaslResult.Continue(Initial()!);
}

/// <summary>LOGIN: the name, then the password. What the prompts say is not looked at: servers differ.</summary>
internal sealed class LoginClient(SaslCredentials who) : SaslClient
{
    private int _step;

    public override bool MayEnd => _step == 2;

    public override byte[]? Initial() => null;

    public override SaslResult Next(ReadOnlySpan<byte> challenge) => _step++ switch
    {
        0 => SaslResult.Continue(Encoding.UTF8.GetBytes(who.Login)),
        1 => SaslResult.Continue(Encoding.UTF8.GetBytes(who.Password)),
        _ => SaslResult.Fail(who.Login, "", BadChallenge),
    };
}

/// <summary>CRAM-MD5. RFC 2195 2: response = login SP hex( HMAC-MD5(password, challenge) ). For old servers only.</summary>
internal sealed class CramMd5Client(SaslCredentials who) : SaslClient
{
    private bool _sent;

    public override bool MayEnd => _sent;

    public override byte[]? Initial() => null;

    public override SaslResult Next(ReadOnlySpan<byte> challenge)
    {
        if (_sent || challenge.IsEmpty) return SaslResult.Fail(who.Login, "", BadChallenge);
        _sent = true;
#pragma warning disable CA5351 // the mechanism is what it is; smtp_sasl_mechanism_filter keeps it away
        byte[] digest = HMACMD5.HashData(Encoding.UTF8.GetBytes(who.Password), challenge);
#pragma warning restore CA5351
        return SaslResult.Continue(Encoding.UTF8.GetBytes($"{who.Login} {Convert.ToHexStringLower(digest)}"));
    }
}

/// <summary>EXTERNAL (RFC 4422 A): the certificate says who we are.</summary>
internal sealed class ExternalClient : SaslClient
{
    private bool _sent;

    public override bool MayEnd => _sent;

    public override byte[]? Initial()
    {
        _sent = true;
        return [];
    }

    public override SaslResult Next(ReadOnlySpan<byte> challenge) =>
        _sent ? SaslResult.Fail("", "", BadChallenge) : SaslResult.Continue(Initial()!);
}

/// <summary>OAUTHBEARER (RFC 7628) and XOAUTH2; see <see cref="Server.BearerServer"/> for the grammar.</summary>
internal sealed class BearerClient(SaslCredentials who, SaslServerFacts server, bool xoauth2) : SaslClient
{
    private const int MaxError = 400;
    private bool _sent;
    private string _error = "";

    public override bool MayEnd => _sent && _error.Length == 0;

    public override string ServerError => _error;

    public override byte[]? Initial()
    {
        _sent = true;
        return Encoding.UTF8.GetBytes(xoauth2
            ? $"user={who.Login}\u0001auth=Bearer {who.Password}\u0001\u0001"
            : string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"n,a={ScramMessage.EncodeName(who.Login)},\u0001host={server.Host}\u0001port={server.Port}\u0001auth=Bearer "
                    + $"{who.Password}\u0001\u0001"));
    }

    public override SaslResult Next(ReadOnlySpan<byte> challenge)
    {
        if (!_sent) return SaslResult.Continue(Initial()!);
        if (_error.Length > 0) return SaslResult.Fail(who.Login, "", BadChallenge);
        // a refusal; it is acknowledged so that the server can end the exchange
        _error = challenge.IsEmpty ? "no reason" : Encoding.UTF8.GetString(challenge[..Math.Min(MaxError, challenge.Length)]);
        return SaslResult.Continue(xoauth2 ? [] : [1]);
    }
}
