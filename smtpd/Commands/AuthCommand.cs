using System.Buffers.Text;
using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Smtp;
using MtaSuite.Smtpd.Auth;
using MtaSuite.Smtpd.Auth.Mechanisms;

namespace MtaSuite.Smtpd.Commands;

/// <summary>
/// RFC 4954 4:
/// <code>
/// auth-command     = "AUTH" SP sasl-mech [SP initial-response] *(CRLF [base64]) [CRLF cancel-response] CRLF
/// initial-response = base64 / "=";  cancel-response = "*"
/// continue-req     = "334" SP [base64] CRLF
/// </code>
/// </summary>
internal static class AuthCommand
{
    // Characters of a login name that the log shows.
    private const int MaxLoggedLogin = 100;
    private static readonly SmtpReply s_disabled = SmtpReply.Parse("503 5.5.1 Error: authentication not enabled");
    private static readonly SmtpReply s_twice = SmtpReply.Parse("503 5.5.1 Error: already authenticated");
    private static readonly SmtpReply s_needsTls = SmtpReply.Parse("538 5.7.11 Encryption required for requested authentication mechanism");
    private static readonly SmtpReply s_syntax = SmtpReply.Parse("501 5.5.4 Syntax: AUTH mechanism");
    private static readonly SmtpReply s_unknown = SmtpReply.Parse("504 5.5.4 Error: unrecognized authentication mechanism");
    private static readonly SmtpReply s_base64 = SmtpReply.Parse("501 5.5.2 Error: cannot decode response");
    private static readonly SmtpReply s_canceled = SmtpReply.Parse("501 5.7.0 Authentication aborted");
    private static readonly SmtpReply s_tooLong = SmtpReply.Parse("500 5.5.6 SASL response limit exceeded");

    public static async ValueTask<bool> ExecuteAsync(SmtpSession s, ReadOnlyMemory<byte> arguments)
    {
        SmtpReply refusal = Check(s, arguments.Span, out string name, out string first);
        SaslMechanism? mechanism = null;
        byte[]? initial = null;
        if (refusal.IsNone) (refusal, mechanism) = await ChooseAsync(s, name);
        byte[] encoded = first == "=" ? [] : Encoding.Latin1.GetBytes(first);
        if (refusal.IsNone && first.Length > 0 && !TryDecode(encoded, out initial)) refusal = s_base64;
        if (refusal.IsNone) refusal = await s.Limits.CountAuthAsync();
        if (!refusal.IsNone) return s.Refuse(refusal);
        ISaslExchange exchange = s.Server.Authentication.BackEnd.Begin(mechanism!, Authentication.ContextOf(s));
        long asked = s.Loop.Time.GetTimestamp();
        SaslResult result = await exchange.StartAsync(initial);
        while (result.Status == SaslStatus.Continue)
        {
            s.Reply(Challenge(result.Data));
            (byte[]? line, bool tooLong) = await s.Input.ReadResponseAsync(s.Settings.Auth.ResponseLimit);
            if (Answer(s, mechanism!, line, tooLong, out byte[] response) is { } stop)
            {
                exchange.Abandon();
                return line is null && !tooLong ? false : s.Refuse(stop);
            }
            asked = s.Loop.Time.GetTimestamp();
            result = await exchange.NextAsync(response);
        }
        return result.Status == SaslStatus.Success ? Succeed(s, mechanism!, result) : await FailAsync(s, mechanism!, result, asked);
    }

    private static SmtpReply Check(SmtpSession s, ReadOnlySpan<byte> arguments, out string name, out string response)
    {
        (name, response) = ("", "");
        AuthSettings settings = s.Settings.Auth;
        if (!settings.Enabled || !s.Rights.Offers(EhloKeywords.Auth)) return s_disabled;
        if (settings.TlsOnly && !s.Encryption.IsOn) return s_needsTls;
        if (s.IsAuthenticated) return s_twice;
        ReadOnlySpan<byte> first = CommandLine.TakeWord(ref arguments), second = CommandLine.TakeWord(ref arguments);
        if (!SaslMechanism.IsName(first) || !arguments.IsEmpty) return s_syntax;
        name = Encoding.ASCII.GetString(first).ToUpperInvariant();
        response = Encoding.Latin1.GetString(second);
        return default;
    }

    private static async ValueTask<(SmtpReply Refusal, SaslMechanism? Mechanism)> ChooseAsync(SmtpSession s, string name)
    {
        (SaslMechanism? mechanism, bool needsTls) = await s.Server.Authentication.FindAsync(s, name);
        if (needsTls) return (s_needsTls, null);
        if (mechanism is not null) return (default, mechanism);
        LogFailure(s, name, new SaslResult(SaslStatus.Failure, [], "Invalid authentication mechanism", ""));
        return (s_unknown, null);
    }

    /// <summary>Why the exchange ends with the client's answer; null when it goes on.</summary>
    private static SmtpReply? Answer(SmtpSession s, SaslMechanism mechanism, byte[]? line, bool tooLong, out byte[] response)
    {
        response = [];
        if (tooLong) return s_tooLong;
        if (line is null) return s_canceled;
        if (line.AsSpan().SequenceEqual("*"u8))
        {
            Log.Warning($"{s.Client.NameAddress}: SASL {mechanism.Name} authentication aborted");
            return s_canceled;
        }
        if (TryDecode(line, out byte[]? decoded))
        {
            response = decoded!;
            return null;
        }
        LogFailure(s, mechanism.Name, SaslResult.Malformed());
        return s_base64;
    }

    // RFC 4648 3.3: nothing but the alphabet, and padding as it must be
    private static bool TryDecode(ReadOnlySpan<byte> text, out byte[]? bytes)
    {
        bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (text.ContainsAny(" \t\r\n"u8)) return false;
        bool ok = Base64.DecodeFromUtf8(text, bytes, out int used, out int length) == System.Buffers.OperationStatus.Done
            && used == text.Length;
        bytes = bytes[..length];
        return ok;
    }

    private static byte[] Challenge(byte[] data) => Encoding.ASCII.GetBytes($"334 {Convert.ToBase64String(data)}\r\n");

    private static bool Succeed(SmtpSession s, SaslMechanism mechanism, SaslResult result)
    {
        s.LoggedIn(mechanism.Name, result.Login);
        s.Reply("235 2.7.0 Authentication successful\r\n"u8);
        return true;
    }

    /// <param name="asked">
    /// When the client's last message came. The delay counts from there, so that its end does not tell how long the back end took to
    /// find out.
    /// </param>
    private static async ValueTask<bool> FailAsync(SmtpSession s, SaslMechanism mechanism, SaslResult result, long asked)
    {
        LogFailure(s, mechanism.Name, result);
        if (result.Status == SaslStatus.Temporary)
            return s.Refuse(SmtpReply.Parse($"454 4.7.0 Temporary authentication failure: {result.Text}"));
        TimeSpan delay = s.Client.Ip is { } ip ? s.Server.Authentication.Failures.Next(s.Server.IdentOf(ip)) : s.Settings.Auth.FailureDelay;
        delay -= s.Loop.Time.GetElapsedTime(asked);
        if (delay > TimeSpan.Zero) await s.Loop.Delay(delay);
        return s.Refuse(SmtpReply.Parse($"535 5.7.8 Error: authentication failed: {result.Text}"));
    }

    /// <summary>In the shape that log watchers such as fail2ban look for.</summary>
    private static void LogFailure(SmtpSession s, string mechanism, SaslResult result)
    {
        string detail = result.Detail.Length > 0 ? $" ({result.Detail})" : "";
        string login = result.Login.Length > MaxLoggedLogin ? result.Login[..MaxLoggedLogin] : result.Login;
        Log.Warning($"{s.Client.NameAddress}: SASL {mechanism} authentication failed: {result.Text}{detail}, "
            + $"sasl_username={(login.Length > 0 ? login : "(unavailable)")}");
    }
}
