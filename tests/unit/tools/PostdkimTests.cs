using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MtaSuite.Common.Native;
using MtaSuite.Tests.Unit.Authentication;
using MtaSuite.Tests.Unit.Dns;
using MtaSuite.Tools.Postdkim;

namespace MtaSuite.Tests.Unit.Tools;

/// <summary>postdkim, each command on files and a name server of its own.</summary>
[NonParallelizable]
public sealed class PostdkimTests
{
    private const string Mail = "From: A <a@example.com>\nTo: b@example.net\nSubject: one\n\nline one \nline two\n";
    private ToolHarness _tool = null!;

    [SetUp]
    public void Start() => _tool = new ToolHarness();

    [TearDown]
    public void End() => _tool.Dispose();

    private string Put(string name, string text)
    {
        File.WriteAllText($"{_tool.Folder}/{name}", text, Encoding.Latin1);
        return $"{_tool.Folder}/{name}";
    }

    private int Run(params string[] args) => PostdkimCommand.Run(args);

    private string Genkey(string file, params string[] more)
    {
        Assert.That(Run(["genkey", "--domain", "example.com", "--selector", "s1", "--out", $"{_tool.Folder}/{file}", .. more]), Is.Zero,
            _tool.Messages);
        return _tool.Output;
    }

    [TestCase("rsa", "2048"), TestCase("rsa", "4096"), TestCase("ed25519", null)]
    public void Genkey_prints_a_record_for_every_use(string algorithm, string? bits)
    {
        string output = Genkey("key.pem", bits == null ? ["--algorithm", algorithm] : ["--algorithm", algorithm, "--bits", bits]);
        Assert.That(FileStatus.TryGet($"{_tool.Folder}/key.pem", out FileStatus status) && status.Permissions == FileModes.PrivateFile);
        string record = Regex.Match(output, @"^s1\._domainkey\.example\.com (v=DKIM1; k=(?:rsa|ed25519); p=\S+)$", RegexOptions.Multiline)
            .Groups[1].Value;
        string zone = Regex.Match(output, @"s1\._domainkey\.example\.com\. IN TXT (?:\( )?((?:""[^""]{1,255}""\s*)+)").Groups[1].Value;
        Assert.That(record, Has.Length.GreaterThan(60));
        Assert.That(string.Concat(Regex.Matches(zone, "\"([^\"]*)\"").Select(m => m.Groups[1].Value)), Is.EqualTo(record));
        Assert.That(output, Does.Contain($"example.com s1:{_tool.Folder}/key.pem"));
    }

    [Test]
    public void Genkey_never_overwrites()
    {
        string path = Put("key.pem", "precious");
        Assert.That(Run("genkey", "--domain", "example.com", "--selector", "s1", "--out", path), Is.EqualTo(73));
        Assert.That(_tool.Messages, Does.Contain("exists; a key is never overwritten"));
        Assert.That(File.ReadAllText(path), Is.EqualTo("precious"));
    }

    [TestCase("--domain", "no dots", "is not a domain")]
    [TestCase("--selector", "a b", "cannot be a selector")]
    [TestCase("--bits", "512", "is not a number from 1024 to 4096")]
    [TestCase("--algorithm", "dsa", "is not one of rsa, ed25519")]
    public void Genkey_refuses(string option, string value, string why)
    {
        Assert.That(Run("genkey", "--domain", "example.com", "--selector", "s", "--out", $"{_tool.Folder}/x", option, value),
            Is.EqualTo(64));
        Assert.That(_tool.Messages, Does.Contain(why));
    }

    [Test]
    public void What_sign_makes_verify_takes([Values("relaxed/relaxed", "simple/simple")] string canon, [Values] bool lineFeeds,
        [Values] bool mbox,
        [Values("rsa", "ed25519")] string algorithm)
    {
        using JsonDocument made = JsonDocument.Parse(Genkey("key.pem", "-j", "--algorithm", algorithm));
        string records = Put("records", $"# test\n{made.RootElement.GetProperty("name")} {made.RootElement.GetProperty("record")}\n"
            + "_dmarc.example.com. IN TXT \"v=DMARC1; \" \"p=reject; adkim=s\"\n");
        string text = (mbox ? "From a@example.com Mon Nov 30 00:00:00 2026\n" : "") + Mail;
        string path = Put("mail", lineFeeds ? text : text.Replace("\n", "\r\n"));
        string before = _tool.Output;
        Assert.That(Run("sign", "--domain", "example.com", "--selector", "s1", "--key", $"{_tool.Folder}/key.pem", "--canon", canon, path),
            Is.Zero, _tool.Messages);
        string signed = _tool.Output[before.Length..];
        Assert.That(signed.Contains('\r'), Is.EqualTo(!lineFeeds));
        Assert.That(signed.ReplaceLineEndings("\n"), Does.EndWith(Mail));
        before = _tool.Output;
        Assert.That(Run("verify", "-j", "--records", records, Put("signed", signed)), Is.Zero, _tool.Messages);
        using JsonDocument json = JsonDocument.Parse(_tool.Output[before.Length..]);
        JsonElement one = json.RootElement.GetProperty("dkim")[0];
        Assert.That(one.GetProperty("result").GetString(), Is.EqualTo("pass"), one.ToString());
        Assert.That((one.GetProperty("domain").GetString(), one.GetProperty("selector").GetString(), one.GetProperty("algorithm")
            .GetString(),
            one.GetProperty("reason").GetString()), Is.EqualTo(("example.com", "s1", $"{algorithm}-sha256", "")));
        Assert.That(json.RootElement.GetProperty("arc").GetProperty("result").GetString(), Is.EqualTo("none"));
        Assert.That(json.RootElement.GetProperty("arc").GetProperty("sets").GetInt32(), Is.Zero);
        Assert.That(json.RootElement.GetProperty("from_domain").GetString(), Is.EqualTo("example.com"));
        Assert.That(json.RootElement.GetProperty("aligned")[0].GetString(), Is.EqualTo("example.com"));
        Assert.That(Run("verify", "-j", "--records", records, Put("changed", signed.Replace("line two", "line too"))), Is.EqualTo(1));
        Assert.That(_tool.Output, Does.Contain("\"result\": \"fail\", \"reason\": \"body hash did not verify\""));
    }

    [Test]
    public void Verify_explains_in_words()
    {
        byte[] signed = TestMail.Sign(TestMail.Bytes(Mail), TestMail.Options(TestMail.Short), TestMail.Options(TestMail.Ed25519));
        File.WriteAllBytes($"{_tool.Folder}/mail", signed);
        string records = Put("records", string.Concat(TestMail.Records.Select(r => $"{r.Key} {r.Value}\n")));
        Assert.That(Run("verify", "--records", records, $"{_tool.Folder}/mail"), Is.Zero, _tool.Messages);
        Assert.That(_tool.Output, Does.Contain("DKIM signature 1: pass\n"
            + "  domain example.com, selector ed, ed25519-sha256, key of 256 bits\n")
            .And.Contain("DKIM signature 2: pass (the key has only 1024 bits)").And.Contain("ARC: the message has no sets")
            .And.Contain("DMARC: the author's domain is example.com\n  no policy was found\n"
                + "  signature of example.com: aligned, it is the author's domain")
            .And.Contain("DMARC passes by DKIM"));
        Assert.That(Run("verify", "--records", Put("none", ""), $"{_tool.Folder}/mail"), Is.EqualTo(1));
        Assert.That(_tool.Output, Does.Contain("permerror (no key: ed._domainkey.example.com has no TXT record)"));
        Assert.That(Run("verify", "--records", records, $"{_tool.Folder}/nothing"), Is.EqualTo(66));
        Assert.That(Run("verify", "--records", $"{_tool.Folder}/nothing", $"{_tool.Folder}/mail"), Is.EqualTo(66));
    }

    [Test]
    public void Verify_asks_the_DNS()
    {
        using ScriptedDns dns = new($"rsa._domainkey.example.com TXT {TestMail.Rsa.RecordText}",
            "_dmarc.example.com TXT v=DMARC1; p=reject");
        Put("main.cf", $"dns_servers = {dns.Address}\n");
        File.WriteAllBytes($"{_tool.Folder}/mail", TestMail.Sign(TestMail.Bytes(Mail.Replace("a@example.com", "a@news.example.com")),
            TestMail.Options()));
        Assert.That(Run("verify", "-c", _tool.Folder, $"{_tool.Folder}/mail"), Is.Zero, _tool.Messages + _tool.Output);
        Assert.That(_tool.Output, Does.Contain("policy of example.com: v=DMARC1; p=reject")
            .And.Contain("signature of example.com: aligned, the domains belong to one organization"));
    }

    [Test]
    public void Check_compares_files_and_records()
    {
        using ScriptedDns dns = new($"good._domainkey.example.com TXT {TestMail.Rsa.RecordText}; t=y",
            $"other._domainkey.example.com TXT {TestMail.Short.RecordText}",
            "revoked._domainkey.example.org TXT v=DKIM1; p=");
        Put("main.cf", $"dns_servers = {dns.Address}\nmailauth_signing_table = texthash:{_tool.Folder}/table\n");
        Key("rsa.pem", TestMail.Rsa.ToPem());
        Key("short.pem", TestMail.Short.ToPem());
        File.SetLastWriteTimeUtc($"{_tool.Folder}/short.pem", DateTime.UnixEpoch);
        Put("table", $"example.com good:{_tool.Folder}/rsa.pem, other:{_tool.Folder}/rsa.pem, none:{_tool.Folder}/short.pem\n"
            + $"a@example.org revoked:{_tool.Folder}/rsa.pem:until=2020-01-01\nbad.example nonsense\n"
            + $".gone.example s:{_tool.Folder}/missing.pem\n");
        Assert.That(Run("check", "-c", _tool.Folder), Is.EqualTo(2), _tool.Messages);
        string output = _tool.Output;
        Assert.That(output, Does.Match(@"(?s)good\._domainkey\.example\.com\n.*?OK +file: .*?OK +dns: the record has the same key\n"
            + @".*?note +testing: t=y"));
        Assert.That(output, Does.Match(@"(?s)other\._domainkey\.example\.com\n.*?PROBLEM +dns: the record has another key than the file"));
        Assert.That(output, Does.Match(@"(?s)none\._domainkey\.example\.com\n.*?WARNING +size: an RSA key of 1024 bits"
            + @".*?WARNING +rotation: the key is \d+ days old"));
        Assert.That(output, Does.Match(@"(?s)none\._domainkey\.example\.com\n"
            + @".*?PROBLEM +dns: none\._domainkey\.example\.com has no TXT record"));
        Assert.That(output, Does.Match(@"(?s)revoked\._domainkey\.example\.org\n.*?note +dates: it has not signed since 2020-01-01"
            + @".*?PROBLEM +dns: the key is revoked"));
        Assert.That(output, Does.Contain("PROBLEM  table: bad.example: it must be SELECTOR:/path/key.pem"));
        Assert.That(output, Does.Match(@"(?s)s\._domainkey\.gone\.example\n.*?PROBLEM +file: "));
        Assert.That(output, Does.Contain("note     dnssec: the answer was not validated"));
        Assert.That(Run("check", "-c", _tool.Folder, "-j", "unknown.example"), Is.EqualTo(2));
        string[] lines = _tool.Output[output.Length..].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("seen").GetString()),
            Does.Contain("no key for unknown.example"));
    }

    [Test]
    public void Rotate_says_what_to_do_when()
    {
        Key("old.pem", TestMail.Rsa.ToPem());
        Put("table", $"example.com old:{_tool.Folder}/old.pem\n");
        Put("main.cf", $"mailauth_signing_table = texthash:{_tool.Folder}/table\n");
        Assert.That(Run("rotate", "-c", _tool.Folder, "--domain", "example.com"), Is.Zero, _tool.Messages);
        string today = $"s{DateTime.UtcNow:yyyyMMdd}";
        string path = Directory.GetFiles(_tool.Folder, "s*.example.com.pem").Single(), selector = Path.GetFileName(path).Split('.')[0];
        Assert.That(selector, Has.Length.EqualTo(today.Length));
        Assert.That(_tool.Output, Does.Match($@"example\.com old:{Regex.Escape(_tool.Folder)}/old\.pem:until=\d{{4}}-\d\d-\d\d, {selector}"
            + $@":{Regex.Escape(path)}:from=\d{{4}}-\d\d-\d\d"));
        // what it prints is an entry that can be used
        string entry = Regex.Match(_tool.Output, @"example\.com (old:.*)").Groups[1].Value;
        Assert.That(Common.Authentication.Dkim.SigningKey.ParseAll(entry, out string problem), Has.Count.EqualTo(2), problem);
        Put("table", $"example.com {entry}\n");
        Assert.That(Run("rotate", "-c", _tool.Folder, "--domain", "example.com", "-j"), Is.Zero, _tool.Messages);
        Assert.That(Directory.GetFiles(_tool.Folder, "s*a.example.com.pem"), Has.Length.EqualTo(1), "the name was taken");
        Assert.That(Run("rotate", "-c", _tool.Folder, "--domain", "example.net"), Is.EqualTo(78));
        Assert.That(Run("rotate", "-c", _tool.Folder, "--domain", "example.net", "--out", $"{_tool.Folder}/new.pem"), Is.Zero,
            _tool.Messages);
    }

    [TestCase("-h"), TestCase("--nothing"), TestCase("chekc")]
    public void Wrong_usage(string word)
    {
        Assert.That(Run(word), Is.EqualTo(64));
        Assert.That(_tool.Messages, Does.Contain("see postdkim --help"));
    }

    [Test]
    public void Help_of_each_command([Values("genkey", "check", "rotate", "sign", "verify")] string command)
    {
        Assert.That(Run(command, "--help"), Is.Zero);
        Assert.That(_tool.Output, Does.Contain($"postdkim {command}").And.Contain("Exit status:"));
        Assert.That(Run(command, "--no-such-option"), Is.EqualTo(64));
        Assert.That(_tool.Messages, Does.Contain($"(postdkim {command} --help names the options)"));
    }

    private void Key(string name, string pem)
    {
        Put(name, pem);
        File.SetUnixFileMode($"{_tool.Folder}/{name}", UnixFileMode.UserRead);
    }
}
