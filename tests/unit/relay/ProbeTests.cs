using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Relay.Deliveries;
using MtaSuite.Relay.Settings;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Relay;

/// <summary>Mail that only asks whether it could be delivered: where the question ends, and that nothing is ever sent.</summary>
public sealed class ProbeTests
{
    private static (List<Outcome> Outcomes, string Commands) Ask(RelaySettings settings, Dictionary<string, string> script, string offers,
        params string[] recipients)
    {
        using ScriptedPeer peer = new(script, offers, settings.IsLmtp);
        List<Outcome> outcomes = [];
        OnLoop.Run(async loop =>
        {
            using RelayFixture f = new(loop, settings, peer.EndPoint);
            DeliverRequest request = f.Queue(recipients, adjust: e => e.Flags = MessageFlags.VerifyOnly);
            outcomes = [.. (await new RelayDelivery(f.Context, request).RunAsync())
                .Select(o => o.Outcome)];
            f.Context.Sessions.CloseIdle();
        });
        Assert.That(peer.Taken, Is.Empty);
        lock (peer.Commands)
            return (outcomes, string.Join(' ',
                peer.Commands.Select(c => c.Split(' ')[1]).Where(v => v is not ("EHLO" or "LHLO" or "QUIT" or "RSET"))));
    }

    [TestCase(false, "rcpt", "", "MAIL RCPT", "2.1.5 250 2.1.5 fine")]
    [TestCase(false, "data", "", "MAIL RCPT DATA", "2.1.5 354 go on")]
    [TestCase(false, "data", "554 5.7.1 not you", "MAIL RCPT DATA", "5.7.1 host ")]
    [TestCase(false, "data", "451 4.7.1 later", "MAIL RCPT DATA", "4.7.1 host ")]
    [TestCase(true, "data", "554 5.7.1 not you", "MAIL RCPT DATA", "5.7.1 host ")]
    public void A_probe_ends_where_it_is_told_to(bool lmtp, string target, string data, string commands, string expected)
    {
        Dictionary<string, string> script = new() { ["RCPT"] = "250 2.1.5 fine", ["DATA"] = data.Length > 0 ? data : "354 go on" };
        foreach (string offers in (string[])["8BITMIME", "PIPELINING\n8BITMIME", "PIPELINING\nCHUNKING"])
        {
            RelaySettings settings = RelayFixture.Patient with { IsLmtp = lmtp, VerifiesAtData = target == "data", UseChunking = true };
            (List<Outcome> outcomes, string said) = Ask(settings, script, offers, "b@x.test");
            Assert.That((said, $"{outcomes[0].Status} {outcomes[0].Text}"[..expected.Length]), Is.EqualTo((commands, expected)), offers);
        }
    }

    [Test]
    public void Of_several_each_hears_what_was_said_to_it()
    {
        (List<Outcome> outcomes, _) = Ask(RelayFixture.Patient with { VerifiesAtData = true },
            new() { ["RCPT c@x.test"] = "450 4.2.0 busy", ["RCPT d@x.test"] = "550 5.1.1 who" },
            "PIPELINING", "b@x.test", "c@x.test", "d@x.test");
        Assert.That(outcomes.Select(o => o.Status.ToString()), Is.EqualTo((string[])["2.1.5", "4.2.0", "5.1.1"]));
    }

    [TestCase("data", false, true), TestCase("rcpt", false, false), TestCase("data", true, true), TestCase("other", false, false)]
    public void The_parameter_names_the_command(string value, bool lmtp, bool data)
    {
        List<string> problems = [];
        Common.Config.MailConfig config =
            Common.Config.MailConfig.Parse($"{(lmtp ? "lmtp" : "smtp")}_address_verify_target = {value}\n").Config;
        Assert.That(new RelaySettings(config, lmtp, problems).VerifiesAtData, Is.EqualTo(data));
        Assert.That(problems.Exists(p => p.Contains("address_verify_target", StringComparison.Ordinal)), Is.EqualTo(value == "other"));
    }
}
