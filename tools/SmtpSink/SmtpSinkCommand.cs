using System.Globalization;
using System.Net.Sockets;
using MtaSuite.Common.Config;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Tables;
using MtaSuite.Common.Tls;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.SmtpSink;

/// <summary>smtp-sink: a server that takes mail and throws it away, fast, or with every fault that a server can have.</summary>
internal static class SmtpSinkCommand
{
    private static readonly TimeSpan s_ticketLife = TimeSpan.FromHours(1);
    private const string Letters = "468aA:b:B:cCd:D:eEf:Fh:H:jLm:M:n:NpPq:Q:r:R:s:S:t:T:u:vw:W:";

    public static int Run(string[] args)
    {
        SinkOptions options = new();
        if (Parse(args, options) is { } wrong) return Tool.Fatal(1, wrong);
        if (Credentials.GetEUid() == 0 && options.User.Length == 0)
            return Tool.Fatal(1, "the -u option is required when running as root (-u nobody)");
        if (PeerEndPoint.Parse(options.Place, options.Family, "", out string problem) is not { } place) return Tool.Fatal(1, problem);
        List<FileDescriptor> sockets = [];
        if (place.Listen(options.Backlog, options.WindowSize, sockets) is { } failure) return Tool.Fatal(1, $"listen: {failure}");
        TlsServer? tls = options.TlsChain.Length > 0 ? TryStartTls(options, out problem) : null;
        if (options.TlsChain.Length > 0 && tls == null) return Tool.Fatal(1, $"TLS: {problem}");
        if (BecomeUser(options.Root, options.User) is { } refusal) return Tool.Fatal(1, refusal);
        ResourceLimits.RaiseOpenFileLimit();
        if (Array.Exists(options.Logged, l => l)) Log.Configure(new LogSettings(Tool.Name));
        using EventLoop loop = new();
        Sink sink = new(options, loop) { Tls = tls };
        sink.Serve(sockets.Select(s => s.Release()));
        loop.Run();
        return 0;
    }

    /// <summary>Reads a command line; null, or what is wrong with it.</summary>
    internal static string? Parse(string[] args, SinkOptions options)
    {
        GetOpt words = new(args, Letters, ["drop:", "tls:", "tls-wrapped", .. Fault.OptionNames.Select(n => n + ":")]);
        for (char c = words.Next(); c != '\0'; c = words.Next())
        {
            string? error = c switch
            {
                '?' => SmtpSinkManual.Usage,
                '-' when words.LongName == "tls" => TakeFile(words.Value, f => options.TlsChain = f),
                '-' when words.LongName == "tls-wrapped" => TakeFile("", _ => options.TlsWrapped = true),
                '-' => TakeFault(options, words),
                _ => Take(options, c, words.Value),
            };
            if (error != null) return error;
        }
        if (words.Operands.Count != 2 || !Number(words.Operands[1], out options.Backlog)) return SmtpSinkManual.Usage;
        if (options.TlsWrapped && options.TlsChain.Length == 0) return "--tls-wrapped needs --tls";
        options.Place = words.Operands[0];
        return null;
    }

    private static string? TakeFile(string value, Action<string> set)
    {
        set(value);
        return null;
    }

    /// <summary>Loads key and certificate, while the process may read them; null with the reason.</summary>
    internal static TlsServer? TryStartTls(SinkOptions options, out string error)
    {
        if (!OpenSsl.TryLoad(out error)) return null;
        _ = SslTickets.SetCipher("aes-256-cbc");
        // tickets are good in this process: no folder, no file
        new TicketKeys("", s_ticketLife, TimeProvider.System).Install();
        TlsServer server = new(new TlsContextSettings { Server = true, SessionLifetime = s_ticketLife },
            new KeyPairFiles([options.TlsChain], []), Maps.Empty, TimeProvider.System);
        if (server.TryLoad(out error)) return server;
        server.Dispose();
        return null;
    }

    private static string? BecomeUser(string root, string user)
    {
        Account? account = null;
        if (user.Length > 0 && (UserDatabase.Find(user, out account) != 0 || account == null)) return $"unknown user: {user}";
        if (root.Length > 0 && (Paths.ChRoot(root) != 0 || Paths.ChDir("/") != 0)) return $"chroot {root}: {Errno.Text()}";
        if (account == null || Credentials.GetEUid() == account.Uid) return null;
        return Credentials.DropPrivileges(account.Name, account.Uid, account.Gid) ? null : $"become {user}: {Errno.Text()}";
    }

    /// <summary>Takes an option of one letter; an error text when its value makes no sense.</summary>
    private static string? Take(SinkOptions o, char letter, string value)
    {
        switch (letter)
        {
            case '4': o.Family = AddressFamily.InterNetwork; break;
            case '6': o.Family = AddressFamily.InterNetworkV6; break;
            case '8': o.No8BitMime = true; break;
            case 'a': o.NoAuth = true; break;
            case 'A': return Seconds(value, t => o.AbortDelay = t);
            case 'b': return Reply(value, '4', r => o.SoftReply = r);
            case 'B': return Reply(value, '5', r => o.HardReply = r);
            case 'c': o.Counters = true; break;
            case 'C': o.NoXclient = true; break;
            case 'd' or 'D' when o.DumpTemplate.Length > 0: return "use only one of -d or -D, but not both";
            case 'd': (o.DumpTemplate, o.SingleMessageDumps) = (value, true); break;
            case 'D': o.DumpTemplate = value; break;
            case 'e': o.NoEsmtp = true; break;
            case 'E': o.NoStatusCodes = true; break;
            case 'f': return Refuse(o, value, hard: true);
            case 'F': o.NoXforward = true; break;
            case 'h': o.HostName = value; break;
            case 'H': return Seconds(value, t => o.ContentDelay = t);
            case 'j': o.Json = true; break;
            case 'L': o.Lmtp = true; break;
            case 'm': return Positive(value, n => o.MaxConnections = n);
            case 'M': return Positive(value, n => o.MaxMessages = n);
            case 'n': return Positive(value, n => o.MaxSessions = n);
            case 'N': o.NoDsn = true; break;
            case 'p': o.NoPipelining = true; break;
            case 'P': o.Pix = o.NoEsmtp = true; break;
            case 'q': return o.AddCommands(value, step => new Fault(FaultKind.Close, step));
            case 'Q': return o.AddCommands(value, step => new Fault(FaultKind.Shutdown, step));
            case 'r': return Refuse(o, value, hard: false);
            case 'R': o.Root = value; break;
            case 's': return o.AddCommands(value, step => { o.Logged[(int)step] = true; return null; });
            case 'S': o.DumpPrefix = CEscapes.Decode(value, 0xff, keepsUnknown: true); break;
            case 't': return Seconds(value, t => o.Timeout = t);
            case 'T': return Positive(value, n => o.WindowSize = n);
            case 'u': o.User = value; break;
            case 'v': o.Verbose = true; break;
            case 'w': return Wait(o, "DATA:" + value);
            case 'W': return Wait(o, value);
        }
        return null;
    }

    /// <summary>-b and -B may come behind -f and -r, so the reply is filled in later (<see cref="SinkOptions.RefusalOf"/>).</summary>
    private static string? Refuse(SinkOptions o, string list, bool hard)
    {
        o.NoPipelining = true;
        return o.AddCommands(list, step => new Fault(FaultKind.Reply, step) { Number = hard ? 5 : 4 });
    }

    /// <summary>command:delay[:odds], the delay in seconds, the odds in percent.</summary>
    private static string? Wait(SinkOptions o, string value)
    {
        string[] parts = value.Split(':');
        int odds = 0;
        if (parts.Length is < 2 or > 3 || !Fault.TryTime(parts[1], out TimeSpan delay)
            || (parts.Length == 3 && (!Number(parts[2], out odds) || odds is < 1 or > 99)))
            return $"bad delay: {value}";
        return o.AddCommands(parts[0], step => new Fault(FaultKind.Delay, step) { Time = delay, DelayOdds = odds });
    }

    private static string? TakeFault(SinkOptions o, GetOpt words)
    {
        bool drop = words.LongName == "drop";
        Fault? fault = Fault.Parse(drop ? "close" : words.LongName, drop ? $"CONNECT@{words.Value}" : words.Value, out string error);
        if (fault != null) o.Faults.Add(fault);
        return fault == null ? error : null;
    }

    private static string? Reply(string value, char first, Action<string> set)
    {
        if (value.Length < 3 || value[0] != first) return $"bad reply: {value}";
        set(value);
        return null;
    }

    private static string? Seconds(string value, Action<TimeSpan> set)
    {
        if (!Fault.TryTime(value, out TimeSpan time)) return $"bad time: {value}";
        set(time);
        return null;
    }

    private static string? Positive(string value, Action<int> set)
    {
        if (!Number(value, out int number) || number < 1) return $"bad number: {value}";
        set(number);
        return null;
    }

    private static bool Number(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
