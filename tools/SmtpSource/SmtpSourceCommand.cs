using System.Globalization;
using System.Net.Sockets;
using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.SmtpSource;

/// <summary>smtp-source: sends many messages over many sessions at once.</summary>
internal static class SmtpSourceCommand
{
    private const string Letters = "46AcC:df:F:jl:Lm:M:Nor:R:s:S:t:T:vw:";
    private static readonly string[] s_long =
        ["ehlo", "keep-going", "no-mail", "pipelining", "rate:", "tls", "tls-protocols:", "tls-resume", "tls-wrapped", "to-domains:"];

    public static int Run(string[] args)
    {
        SourceOptions options = new() { Peer = new PeerEndPoint() };
        AddressFamily family = AddressFamily.Unspecified;
        string file = "";
        string? sender = null, recipient = null;
        GetOpt words = new(args, Letters, s_long);
        for (char c = words.Next(); c != '\0'; c = words.Next())
        {
            string? error = null;
            switch (c)
            {
                case '4': family = AddressFamily.InterNetwork; break;
                case '6': family = AddressFamily.InterNetworkV6; break;
                case 'f': sender = words.Value.Trim('<', '>'); break;
                case 't': recipient = words.Value.Trim('<', '>'); break;
                case 'F': file = words.Value; break;
                case '?': return Tool.Fatal(1, SmtpSourceManual.Usage);
                default: error = c == '-' ? TakeLong(options, words.LongName, words.Value) : Take(options, c, words.Value); break;
            }
            if (error != null) return Tool.Fatal(1, error);
        }
        if (words.Operands.Count != 1) return Tool.Fatal(1, SmtpSourceManual.Usage);
        if (PeerEndPoint.Parse(words.Operands[0], family, "smtp", out string problem) is not { } peer) return Tool.Fatal(1, problem);
        options.Peer = peer;
        if (options.HostName.Length == 0) options.HostName = LocalHost.Name();
        options.Sender = sender ?? $"foo@{options.HostName}";
        options.Recipient = recipient ?? $"foo@{options.HostName}";
        if (options.Domains > 0 && !options.Recipient.Contains('@'))
            return Tool.Fatal(1, "--to-domains needs a recipient address with a domain");
        if (file.Length > 0 && ReadMessage(file, options) is { } failure) return Tool.Fatal(1, failure);
        if (options.Old && options.Tls && !options.TlsWrapped) return Tool.Fatal(1, "STARTTLS needs EHLO: no -o with --tls");
        SourceTls? tls = options.Tls ? SourceTls.TryCreate(options, out problem) : null;
        return options.Tls && tls == null ? Tool.Fatal(1, problem) : Send(options, tls);
    }

    private static int Send(SourceOptions options, SourceTls? tls)
    {
        ResourceLimits.RaiseOpenFileLimit();
        using EventLoop loop = new();
        SourceRun run = new(options, loop) { Tls = tls };
        // on the loop, so that all of it runs on one thread with its batches
        loop.Post(run.Start);
        loop.Run();
        run.Finish();
        return run.Failure.Length > 0 ? Tool.Fatal(1, run.Failure) : 0;
    }

    private static string? Take(SourceOptions o, char letter, string value)
    {
        switch (letter)
        {
            case 'A': o.AllowRefusals = true; break;
            case 'c': o.Counter = true; break;
            case 'C': return Positive(value, n => o.ConnectAttempts = n);
            case 'd': o.KeepConnection = true; break;
            case 'j': o.Json = true; break;
            case 'l': return Positive(value, n => o.Length = n);
            case 'L': o.Lmtp = true; break;
            case 'm': return Positive(value, n => o.Messages = n);
            case 'M': o.HostName = value; break;
            case 'N': o.NumberRecipients = true; break;
            case 'o': o.Old = true; break;
            case 'r': return Positive(value, n => o.RecipientCount = n);
            case 'R': return Decimal(value, n => o.RandomPause = n);
            case 's': return Positive(value, n => o.Sessions = n);
            case 'S': o.Subject = value; break;
            case 'T': return Positive(value, n => o.WindowSize = n);
            case 'v': o.Verbose = true; break;
            case 'w': return Decimal(value, n => o.FixedPause = n);
        }
        return null;
    }

    private static string? TakeLong(SourceOptions o, string name, string value)
    {
        switch (name)
        {
            case "ehlo": o.Ehlo = true; break;
            case "keep-going": o.KeepGoing = true; break;
            case "no-mail": o.NoMail = true; break;
            case "pipelining": o.Pipelining = o.Ehlo = true; break;
            case "rate": return Decimal(value, n => o.Rate = n);
            case "tls": o.Tls = o.Ehlo = true; break;
            case "tls-protocols": o.TlsProtocols = value; break;
            case "tls-resume": o.TlsResume = o.Tls = o.Ehlo = true; break;
            case "tls-wrapped": o.TlsWrapped = o.Tls = true; break;
            default: return Positive(value, n => o.Domains = n);
        }
        return null;
    }

    /// <summary>A prepared message: its lines end in CR LF on the wire, and dots at their start are doubled.</summary>
    private static string? ReadMessage(string file, SourceOptions options)
    {
        if (!ConfigFile.TryRead(file, Encoding.Latin1, out string text, out string reason)) return $"open {file}: {reason}";
        if (text.Length > 0 && !text.EndsWith('\n')) text += "\n";
        text = ("\n" + text).Replace("\n.", "\n..", StringComparison.Ordinal)[1..].Replace("\r\n", "\n", StringComparison.Ordinal);
        options.Prepared = Encoding.Latin1.GetBytes(text.Replace("\n", "\r\n", StringComparison.Ordinal));
        return null;
    }

    private static string? Positive(string value, Action<int> set)
    {
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1)
            return $"bad number: {value}";
        set(number);
        return null;
    }

    private static string? Decimal(string value, Action<double> set)
    {
        if (!double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) || number <= 0
            || number > 1e9) return $"bad number: {value}";
        set(number);
        return null;
    }
}
