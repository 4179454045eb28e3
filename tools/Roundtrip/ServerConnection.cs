using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Smtp;
using MailKit.Security;
using MtaSuite.Common.Hosting;

namespace MtaSuite.Tools.Roundtrip;

/// <summary>Why a round trip ended early.</summary>
/// <param name="Status">The exit status.</param>
internal sealed record Failure(int Status, string Text)
{
    /// <summary>The login was refused (EX_NOPERM of sysexits).</summary>
    public const int LoginRefused = 77;

    /// <summary>A file cannot be read (EX_NOINPUT).</summary>
    public const int NoInput = 66;
}

/// <summary>What submission and IMAP have in common: connecting, verifying, logging in, and errors as values.</summary>
internal sealed class ServerConnection(RoundtripOptions options, CancellationToken cancellation)
{
    private readonly X509Certificate2Collection _authorities = [];

    /// <summary>The mechanism of the last login; empty: there was none.</summary>
    public string Mechanism { get; private set; } = "";

    /// <summary>Connects and starts TLS.</summary>
    public Failure? Connect(MailService client, Server server)
    {
        client.CheckCertificateRevocation = false;
        if (options.AuthorityFile.Length > 0 && _authorities.Count == 0) _authorities.ImportFromPemFile(options.AuthorityFile);
        if (_authorities.Count > 0) client.ServerCertificateValidationCallback = (_, certificate, _, errors) =>
            Verify(certificate as X509Certificate2, errors);
        return Try($"connect to {server.Host}:{server.Port}", () => client.Connect(server.Host, server.Port, server.Tls, cancellation));
    }

    /// <summary>Logs in, where a login is given.</summary>
    public Failure? LogIn(MailService client, Server server)
    {
        if (server.Login.Length == 0) return null;
        if (!Passwords.TryRead(server.PasswordFile, out string password, out string problem)) return new Failure(Failure.NoInput, problem);
        NetworkCredential login = new(server.Login, password);
        if (Mechanisms.Choose(client.AuthenticationMechanisms, options.Mechanism, client.IsSecure, login, out problem) is not { } mechanism)
            return new Failure(Failure.LoginRefused, problem);
        Mechanism = mechanism.MechanismName;
        return Try($"log in at {server.Host} as {server.Login} with {Mechanism}", () => client.Authenticate(mechanism, cancellation));
    }

    /// <summary>Runs a step; what the network and the server can do wrong comes back as a value.</summary>
    public static Failure? Try(string step, Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (AuthenticationException e) { return new Failure(Failure.LoginRefused, $"{step}: {e.Message}"); }
        catch (SmtpCommandException e)
        {
            return new Failure((int)e.StatusCode is >= 400 and < 500 ? ExitCode.TryLater : 1,
            $"{step}: {(int)e.StatusCode} {e.Message}");
        }
        catch (SslHandshakeException e)
        {
            return new Failure(ExitCode.Unavailable,
            $"{step}: TLS: {e.InnerException?.Message ?? e.Message.Split('\n')[0]}");
        }
        catch (OperationCanceledException) { return new Failure(ExitCode.TryLater, $"{step}: out of time"); }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException or ProtocolException or CommandException
            or NotSupportedException or ServiceNotConnectedException)
        {
            return new Failure(ExitCode.Unavailable, $"{step}: {e.Message.Split('\n')[0]}");
        }
    }

    private bool Verify(X509Certificate2? certificate, SslPolicyErrors errors)
    {
        if (certificate == null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0) return false;
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
