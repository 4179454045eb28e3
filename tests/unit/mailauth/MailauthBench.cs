using System.Text;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Config;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Log;
using MtaSuite.Common.Milter;
using MtaSuite.Common.Milter.Client;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;
using MtaSuite.Mailauth;
using MtaSuite.Tests.Unit.Dns;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Mailauth;

/// <summary>What became of a message.</summary>
/// <param name="Message">With the changes, lines ending in LF.</param>
internal sealed record Outcome(MilterVerdict Verdict, string Message)
{
    public bool IsHeld => Verdict.Kind == MilterVerdictKind.Hold;

    /// <summary>The reply of a refusal; empty: it was let in.</summary>
    public string Reply => Verdict.Kind == MilterVerdictKind.Refuse ? Verdict.Reply.ToString() : "";

    /// <summary>The values of a field, unfolded, without leading blank.</summary>
    public List<string> Fields(string name) => [.. HeaderFieldsOf(Message)
        .Where(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        .Select(f => f.Value.Replace("\n", "", StringComparison.Ordinal).Replace("\t", " ", StringComparison.Ordinal).Trim())];

    /// <summary>The one Authentication-Results field.</summary>
    public string Results => Fields("Authentication-Results").Single();

    /// <summary>The fields of a message whose lines end in LF.</summary>
    public static List<(string Name, string Value)> HeaderFieldsOf(string message)
    {
        List<(string Name, string Value)> fields = [];
        int end = message.StartsWith('\n') ? 0 : message.IndexOf("\n\n", StringComparison.Ordinal);
        string header = end < 0 ? message.TrimEnd('\n') : message[..end];
        foreach (string line in header.Split('\n'))
        {
            int colon = line.IndexOf(':');
            if (line.Length > 0 && line[0] is ' ' or '\t') fields[^1] = (fields[^1].Name, $"{fields[^1].Value}\n{line}");
            else if (colon >= 0) fields.Add((line[..colon], line[(colon + 1)..]));
        }
        return fields;
    }
}

/// <summary>Applies what a milter changes to the fields of a message.</summary>
internal sealed class AppliedEdits(List<(string Name, string Value)> fields, bool exact) : IMilterEdits
{
    public bool IsDamaged => false;

    public bool TryTake(in MilterResponse edit)
    {
        string name = Encoding.UTF8.GetString(edit.Name), value = Encoding.UTF8.GetString(edit.Value);
        if (!exact && value.Length > 0) value = $" {value}";
        if (edit.Kind == MilterReply.InsertHeader) fields.Insert((int)Math.Min(edit.Index, fields.Count), (name, value));
        else if (edit.Kind == MilterReply.AddHeader) fields.Add((name, value));
        else if (edit.Kind == MilterReply.ChangeHeader && value.Length == 0) Delete(name, (int)edit.Index);
        else return false;
        return true;
    }

    private void Delete(string name, int number)
    {
        for (int i = 0; i < fields.Count; i++)
        {
            if (!fields[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase) || --number > 0) continue;
            fields.RemoveAt(i);
            return;
        }
    }

    public ValueTask ApplyAsync() => default;

    public ValueTask<bool> FinishAsync() => new(true);
}

/// <summary>The service in this process, a mail server that speaks to it by our client, and a name server of the test's own.</summary>
internal sealed class MailauthBench : IDisposable
{
    /// <summary>Keys are made once: they take a while.</summary>
    public static readonly Lazy<DkimPrivateKey> Rsa = new(() => DkimPrivateKey.GenerateRsa(2048)),
        OtherRsa = new(() => DkimPrivateKey.GenerateRsa(1024)), Ed25519 = new(DkimPrivateKey.GenerateEd25519);

    public const string Plain = "From: Ann <ann@sender.test>\nTo: bob@mx.test\nSubject: one\nDate: Mon, 30 Nov 2026 10:00:00 +0000\n"
        + "Message-ID: <1@sender.test>\n\nfirst line\nlast line\n";

    private readonly string _root = Directory.CreateTempSubdirectory("mailauth-").FullName;
    private readonly string _config;
    private ServiceConnector? _connector;

    public MailauthBench(string config)
    {
        File.WriteAllText($"{_root}/rsa.pem", Rsa.Value.ToPem());
        File.WriteAllText($"{_root}/other.pem", OtherRsa.Value.ToPem());
        File.WriteAllText($"{_root}/ed.pem", Ed25519.Value.ToPem());
        foreach (string key in Directory.GetFiles(_root, "*.pem")) File.SetUnixFileMode(key, (UnixFileMode)FileModes.PrivateFile);
        _config = $"compatibility_level = 3.11\nmyhostname = mx.test\nmydomain = mx.test\nmynetworks = 127.0.0.0/8\n"
            + $"mailauth_dns_timeout = 200s\n{config.Replace("KEYS", _root, StringComparison.Ordinal)}\n";
        AddKey("r1", "sender.test", Rsa.Value);
        AddKey("e1", "sender.test", Ed25519.Value);
        Dns.Add("sender.test TXT v=spf1 ip4:192.0.2.1 -all");
        Dns.Add("mx.sender.test TXT v=spf1 ip4:192.0.2.1 -all");
        Dns.Add("_dmarc.sender.test TXT v=DMARC1; p=reject");
    }

    public ScriptedDns Dns { get; } = new();

    public string Folder => _root;

    public EventLoop Loop { get; private set; } = null!;

    public uint Version { get; set; } = 6;

    public string LogText
    {
        get
        {
            Log.Flush();
            return File.ReadAllText($"{_root}/log");
        }
    }

    public void AddKey(string selector, string domain, DkimPrivateKey key) =>
        Dns.Add($"{selector}._domainkey.{domain} TXT {key.RecordText}");

    /// <summary>Runs a test against the service, which serves a socket in the test's folder.</summary>
    public void Run(Func<Task> test)
    {
        Log.Configure(new LogSettings("test") { File = $"{_root}/log" });
        OnLoop.Run(async loop =>
        {
            Loop = loop;
            MailConfig config = MailConfig.Parse($"{_config}dns_servers = {Dns.Address}\n").Config;
            string path = $"{_root}/socket";
            File.Delete(path);
            ServiceContext context = Hosting.TestService.Context(loop, config, new SpoolDirectory(_root), "mailauth", OnLoop.Listen(path));
            MailauthStartup startup = new();
            Assert.That(startup.Open(context), Is.Null);
            IService service = startup.Start(context);
            _connector = new ServiceConnector(loop, new HostLookup(new DnsResolver(loop, Dns.Options),
                new HostLookupOptions { Sources = HostSources.Native }), _root);
            await test();
            bool drained = false;
            service.Drain(() => drained = true);
            await loop.UntilAsync(() => drained, "no connection is left");
        });
        Log.Configure(new LogSettings("test") { File = "/dev/null" });
    }

    /// <summary>Connects as a mail server does for one session.</summary>
    public async Task<MilterSession> ConnectAsync(string client = "192.0.2.1", string helo = "mx.sender.test")
    {
        MilterSession session = new(Loop, new MilterService
        {
            Name = "mailauth",
            Address = new ServiceAddress("", 0, "socket"),
            ConnectTimeout = TestLimits.Answer,
            CommandTimeout = TestLimits.Answer,
            ContentTimeout = TestLimits.Wait,
        }.WithProtocol($"{Version}"));
        MilterFamily family = client.Length == 0 ? MilterFamily.Unknown : client.Contains(':') ? MilterFamily.Inet6 : MilterFamily.Inet;
        MilterClient facts = new(client.Length == 0 ? "localhost" : $"[{client}]", family, client.Length == 0 ? 0 : 25, client);
        await session.ConnectAsync(_connector!, facts, _ => ["j", "mx.test"]);
        await session.HeloAsync(helo, null);
        return session;
    }

    /// <summary>One message in a session of its own.</summary>
    public async Task<Outcome> SendAsync(string message = Plain, string client = "192.0.2.1", string helo = "mx.sender.test",
        string sender = "ann@sender.test", string login = "")
    {
        using MilterSession session = await ConnectAsync(client, helo);
        Outcome outcome = await SendAsync(session, message, sender, login);
        session.Quit();
        return outcome;
    }

    /// <summary>One message of a session; a piece of the body for each of its lines.</summary>
    public static async Task<Outcome> SendAsync(MilterSession session, string message, string sender = "ann@sender.test", string login = "")
    {
        await session.MailAsync([$"<{sender}>"], login.Length == 0 ? null : ["{auth_type}", "PLAIN", "{auth_authen}", login]);
        await session.RcptAsync(["<bob@mx.test>"], null);
        await session.DataAsync(null);
        List<(string Name, string Value)> fields = Outcome.HeaderFieldsOf(message);
        foreach ((string name, string value) in fields)
            await session.HeaderAsync(Encoding.Latin1.GetBytes(name), Encoding.UTF8.GetBytes(value), null);
        await session.EndOfHeaderAsync(null);
        int end = message.IndexOf("\n\n", StringComparison.Ordinal);
        string body = end < 0 ? "" : message[(end + 2)..];
        byte[] bytes = Encoding.UTF8.GetBytes(body.Replace("\n", "\r\n", StringComparison.Ordinal));
        foreach (byte[] piece in bytes.Chunk(Math.Max(7, bytes.Length / 50))) await session.BodyAsync(piece, null);
        bool exact = (session.Options!.Steps & MilterSteps.HeaderLeadingSpace) != 0;
        MilterVerdict verdict = await session.EndOfMessageAsync(new AppliedEdits(fields, exact), ["i", "QUEUEID1"]);
        session.MessageDone();
        return new Outcome(verdict, string.Concat(fields.Select(f => $"{f.Name}:{f.Value}\n")) + (end < 0 ? "" : $"\n{body}"));
    }

    public void Dispose()
    {
        Dns.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}
