using System.Text;
using System.Text.RegularExpressions;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Lab;

/// <summary>
/// TLS between hosts, verified both ways; a provider that wants a login on each of its ports; and what somebody sees who listens in
/// between.
/// </summary>
[TestFixture]
public class Encryption : LabTest
{
    [TestCase("postfix", @"Verified TLS connection established to mx\.ours\.lab\[10\.77\.0\.11\]:25: TLSv1\.3")]
    [TestCase("exim", @"=> alice@ours\.lab .* H=mx\.ours\.lab \[10\.77\.0\.11\] X=TLS1\.3\S* CV=yes")]
    public void Both_ways_verified(string name, string theirLog)
    {
        MailPeer peer = Peer(name);
        Lab.Send(Lab.Suite, "sender@client.lab", peer.Mailbox, $"verified to {name}");
        Lab.Send(peer, "sender@client.lab", Lab.Suite.Mailbox, $"verified from {name}");
        peer.Receives($"verified to {name}");
        Lab.Suite.Receives($"verified from {name}");
        Assert.That(Lab.Suite.Log(), Does.Match($@"Verified TLS connection established to mx\.{name}\.lab\[[0-9.]+\]:25: TLSv1\.3"));
        Lab.Suite.Logs($@"to=<alice@{name}\.lab>, relay=mx\.{name}\.lab\[[0-9.]+\]:25, .*tls=secure, dsn=2\.0\.0, status=sent");
        Assert.That(Lab.Suite.Mails($"Subject: verified from {name}\n").Single(),
            Does.Match(@"\(using TLSv1\.3 with cipher [^)]*\)[\s\S]*with ESMTPS id"));
        Assert.That(peer.Mails($"Subject: verified to {name}\n").Single(), Does.Match("(?i)with esmtps|using TLS"));
        peer.Logs(theirLog);
    }

    [Test]
    public void A_provider_on_each_of_its_ports()
    {
        _ = Lab.Provider;
        foreach ((int port, string domain, _, _) in ProviderPeer.Ways)
        {
            Lab.Suite.Submit("me@ours.lab", $"alice@{domain}", $"through {port}", "x");
            Lab.Provider.Receives($"Subject: through {port}\n");
            Lab.Suite.Logs(
                $@"to=<alice@{domain}>, relay=mx\.provider\.lab\[10\.77\.0\.15\]:{port}, .*tls=secure, dsn=2\.0\.0, status=sent");
        }
        Lab.Suite.SetPassword("wrong");
        Lab.Suite.Reload();
        foreach ((int port, string domain, _, _) in ProviderPeer.Ways)
            Lab.Suite.Submit("me@ours.lab", $"alice+late@{domain}", $"later through {port}", "x");
        foreach ((int port, string domain, _, _) in ProviderPeer.Ways)
            Wait.Until(() => Regex.IsMatch(Lab.Suite.Log(),
                $@"to=<alice\+late@{domain}>, .*dsn=4\.7\.8, status=deferred \(.*SASL authentication failed; (cannot authenticate to "
                + @"server \S+: |server mx\.provider\.lab\[10\.77\.0\.15\] said: 535 5\.7\.8 Error: authentication failed)"),
                () => $"mail through {port} to wait\n{Lab.Suite.Log()}");
        Lab.Suite.SetPassword(ProviderPeer.Password);
        Lab.Suite.Reload();
        Lab.Suite.Flush();
        foreach ((int port, _, _, _) in ProviderPeer.Ways) Lab.Provider.Receives($"Subject: later through {port}\n");
        // nobody gets in without
        foreach ((int port, string domain, _, _) in ProviderPeer.Ways)
        {
            string script = port == 465 ? "s = smtplib.SMTP_SSL('10.77.0.15', 465, context=c)"
                : $"s = smtplib.SMTP('10.77.0.15', {port}); s.ehlo(); assert s.mail('a@client.lab')[0] == 530; s.starttls(context=c)";
            Lab.Dns.Run("python3", "-c", $"import smtplib, ssl\nc = ssl._create_unverified_context()\n{script}\ns.ehlo(); "
                + $"s.mail('a@client.lab'); assert s.rcpt('alice@{domain}')[0] == 554; s.quit()").Succeeded();
        }
    }

    [Test]
    public void Who_listens_in_between_reads_nothing()
    {
        Programs.Require("tcpdump");
        const string sender = "geheimrat", recipient = "alice+kuckucksei", marker = "kuckucksei", subject = "Blaubeermarmelade",
            body = "Schildkrötensuppe";
        string[] secret =
        [
            sender, marker, subject, "Schildkr", ProviderPeer.Password, ProviderPeer.Login, "AUTH PLAIN", "MAIL FROM", "RCPT TO",
            .. new[] { ProviderPeer.Password, ProviderPeer.Login,
            $"\0{ProviderPeer.Login}\0{ProviderPeer.Password}" }.Select(t =>
                Convert.ToBase64String(Encoding.UTF8.GetBytes(t)).TrimEnd('=')[..^2]),
        ];
        _ = Lab.Provider;
        Lab.Suite.Configure("smtp_sasl_mechanism_filter=plain"); // one that shows the password, were it not for TLS
        Lab.Suite.Reload();
        using Capture capture = new(Lab.Suite.Host);
        string[] secured = [.. ProviderPeer.Ways.Select(w => w.Domain), "postfix.lab", "exim.lab"];
        foreach (string domain in secured) Lab.Suite.Submit($"{sender}@ours.lab", $"{recipient}@{domain}", subject, body);
        Lab.Suite.Submit($"{sender}@ours.lab", $"{recipient}@clear.lab", subject, body);
        // in clear, for comparison
        Lab.Suite.Submit("open@ours.lab", Lab.Opensmtpd.Mailbox, "Postkarte", "x");
        Lab.Opensmtpd.Receives("Postkarte");
        foreach (string domain in secured)
            Wait.Until(() => Regex.IsMatch(Lab.Suite.Log(), $@"to=<{Regex.Escape(recipient)}@{domain}>, .*status=(sent|bounced)"),
                () => $"delivery to {domain}");
        Wait.Until(() => Regex.IsMatch(Lab.Suite.Log(),
            $@"to=<{Regex.Escape(recipient)}@clear\.lab>, .*dsn=4\.7\.4, status=deferred \(TLS is required, but was not offered by "
            + @"host mx\.opensmtpd\.lab"),
            () => "the message for a host without TLS to wait");
        Lab.Send(Lab.Postfix, $"{sender}@client.lab", Lab.Suite.Mailbox, $"{subject} from Postfix");
        Lab.Suite.Receives($"{subject} from Postfix");
        List<TcpStream> streams = capture.Finish();

        Assert.That(streams.Where(s => s.To == "10.77.0.14").Select(s => s.Text), Has.Some.Contains("Subject: Postkarte"),
            "the capture shows what passes in clear");
        foreach (string word in secret)
            Assert.That(streams.Where(s => s.To != "10.77.0.14" || word is not ("MAIL FROM" or "RCPT TO")).Select(s => s.Text),
                Has.None.Contains(word).IgnoreCase, word);
        foreach (int port in (int[])[587, 465, 2525]) Assert.That(streams, Has.Some.Matches<TcpStream>(s => s.ToPort == port));
        foreach (string host in (string[])["10.77.0.12", "10.77.0.13"])
            Assert.That(streams, Has.Some.Matches<TcpStream>(s => s.To == host && s.ToPort == 25));
        Assert.That(streams, Has.Some.Matches<TcpStream>(s => s.From == "10.77.0.12" && s.To == "10.77.0.11" && s.ToPort == 25));
        foreach (TcpStream s in streams.Where(s => s.To != "10.77.0.14" && s.From != "10.77.0.14" && s.Text.Length > 0))
        {
            // a client in clear: EHLO and STARTTLS; a server: greeting, features, and the second 220
            Match clear = Regex.Match(s.Text,
                s.FromPort == 465
                    || s.ToPort == 465 ? "^" : s.ToPort is 25 or 587 or 2525 ? @"^EHLO [^\r\n]*\r\nSTARTTLS\r\n"
                    : @"^220 [^\r]*\r\n(250[- ][^\r]*\r\n)+220 [^\r]*\r\n");
            Assert.That(clear.Success, $"{s}: {s.Text[..Math.Min(s.Text.Length, 300)]}");
            Assert.That(s.Text.Length, Is.GreaterThan(clear.Length + 100), $"{s}: TLS has begun");
            Assert.That(s.IsTls(clear.Length), $"{s}: something that is not TLS");
        }
        TestContext.Out.WriteLine($"{streams.Count} streams, {streams.Sum(s => s.Text.Length)} bytes");
    }

    [OneTimeTearDown]
    public void BackToNormal()
    {
        Lab.Suite.Postsuper("-d", "ALL");
        Lab.Suite.Configure("smtp_sasl_mechanism_filter=");
        Lab.Suite.Reload();
    }
}
