using System.Text.Json;
using MtaSuite.Common.Config;
using MtaSuite.Common.Net;
using MtaSuite.Smtpd.Explain;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Smtpd;

/// <summary>The session's evaluator without a session: who decides is named.</summary>
[TestFixture]
public class ExplainTests
{
    private const string Base = "myhostname = mx.test\nmydestination = local.test\nlocal_recipient_maps = inline:{user=x}\nmynetworks = "
        + "192.0.2.0/24\ndns_servers = 127.0.0.1:1\n"
        + "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination\n";

    private static AccessReport Ask(string config, params string[] attributes)
    {
        ExplainOptions options = ExplainOptions.Parse(["-c", "/nowhere", "-n", "smtp", "-k", "smtpd", "--", .. attributes])!;
        AccessReport? report = null;
        OnLoop.Run(async loop => report = await new Explainer(loop, MailConfig.Parse(Base + config).Config, options).RunAsync());
        return report!;
    }

    private static readonly string[] s_stranger =
        ["client=203.0.113.9", "name=there.example", "helo=there.example", "from=a@there.example"];

    [TestCase("", "rcpt=user@local.test", true, "RCPT <user@local.test>", "smtpd_recipient_restrictions: empty",
        "reject_unauth_destination            -", "=> accepted")]
    [TestCase("", "rcpt=x@far.example", false, "refuse", "=> 554 5.7.1 <x@far.example>: Relay access denied",
        "decided by reject_unauth_destination in smtpd_relay_restrictions")]
    [TestCase("", "rcpt=no@local.test", false, "User unknown in local recipient table",
        "decided by yes in smtpd_reject_unlisted_recipient")]
    [TestCase("smtpd_client_restrictions = check_client_access inline:{there.example=later}\nsmtpd_restriction_classes = later\nlater = "
        + "defer\n", "rcpt=user@local.test", false,
        "inline:{there.example=later} has \"later\" for there.example", "access table inline:{there.example=later}",
            "decided by defer in later")]
    [TestCase("smtpd_sender_restrictions = warn_if_reject reject\n", "rcpt=user@local.test", true, "warn_if_reject reject",
        "reject_warning: 554 5.7.1", "=> accepted")]
    [TestCase("smtpd_helo_restrictions = defer_if_permit\n", "rcpt=user@local.test", false, "defers what is permitted later",
        "decided by defer_if_permit in smtpd_helo_restrictions")]
    [TestCase("smtpd_delay_reject = no\nsmtpd_client_restrictions = reject\n", "rcpt=user@local.test", false, "CONNECT\n",
        "decided by reject in smtpd_client_restrictions")]
    [TestCase("smtpd_data_restrictions = reject\n", "rcpt=user@local.test", false, "DATA\n",
        "decided by reject in smtpd_data_restrictions")]
    [TestCase("smtpd_recipient_restrictions = inline:{user@local.test=HOLD}\n", "rcpt=user@local.test", true,
        "note: the message would be put on hold")]
    [TestCase("smtpd_tls_security_level = encrypt\n", "rcpt=user@local.test", true, "note: the service demands TLS")]
    [TestCase("smtpd_recipient_restrictions = reject_plaintext_session\n", "rcpt=user@local.test", false, "Session encryption is required")]
    public void A_stranger(string config, string recipient, bool accepted, params string[] lines)
    {
        AccessReport report = Ask(config, [.. s_stranger, recipient]);
        string text = ExplainMode.Text(report);
        Assert.That(report.IsAccepted, Is.EqualTo(accepted), text);
        foreach (string line in lines) Assert.That(text, Does.Contain(line));
    }

    [TestCase("client=192.0.2.1", "permit_mynetworks                    permit")]
    [TestCase("login=user", "permit_sasl_authenticated            permit")]
    public void Who_may_relay(string attribute, string line)
    {
        AccessReport report =
            Ask("smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\n", [.. s_stranger, attribute, "rcpt=x@far.example"]);
        Assert.That(ExplainMode.Text(report), Does.Contain(line));
        Assert.That(report.IsAccepted);
    }

    [Test]
    public void Tls_is_believed() =>
        Assert.That(Ask("smtpd_recipient_restrictions = reject_plaintext_session\n",
        [.. s_stranger, "tls=yes", "rcpt=user@local.test"]).IsAccepted);

    [Test]
    public void Each_recipient_has_a_stage_of_its_own_and_JSON_says_the_same()
    {
        AccessReport report = Ask("", [.. s_stranger, "rcpt=user@local.test", "rcpt=x@far.example"]);
        Assert.That(report.Stages.Select(s => s.Stage), Is.EqualTo(new[] { "RCPT <user@local.test>", "RCPT <x@far.example>" }));
        JsonElement json = JsonDocument.Parse(ExplainMode.Json(report)).RootElement;
        Assert.That(json.GetProperty("accepted").GetBoolean(), Is.False);
        Assert.That(json.GetProperty("stages")[1].GetProperty("reply").GetString(),
            Is.EqualTo("554 5.7.1 <x@far.example>: Relay access denied"));
        Assert.That(json.GetProperty("stages")[1].GetProperty("restrictions").EnumerateArray().Last().GetProperty("verdict").GetString(),
            Is.EqualTo("refuse"));
    }

    [Test]
    public void Filters_are_named_in_the_order_of_a_session_and_JSON_says_the_same()
    {
        const string config = "smtpd_milters = inet:127.0.0.1:1, { unix:second, default_action=accept }\nmilter_data_macros =\n"
            + "milter_rcpt_macros = i {rcpt_addr}\nsmtpd_restriction_classes = spf\nspf = check_policy_service unix:private/spf\n"
            + "smtpd_client_restrictions = check_policy_service { inet:127.0.0.1:2, timeout=5s }\nsmtpd_recipient_restrictions = spf\n"
            + "smtpd_data_restrictions = check_policy_service inet:127.0.0.1:3\ncontent_filter = scan:[127.0.0.1]:10024\n";
        AccessReport report = Ask(config, [.. s_stranger, "rcpt=user@local.test"]);
        Assert.That(report.Filters.Select(f => $"{f.Stage} {f.Kind} {f.Name} {f.Parameter}"), Is.EqualTo(new[]
        {
            "CONNECT milter inet:127.0.0.1:1 smtpd_milters", "CONNECT milter unix:second smtpd_milters",
            "HELO milter inet:127.0.0.1:1 smtpd_milters", "HELO milter unix:second smtpd_milters",
            "MAIL milter inet:127.0.0.1:1 smtpd_milters", "MAIL milter unix:second smtpd_milters",
            "RCPT <user@local.test> policy server inet:127.0.0.1:2 smtpd_client_restrictions",
            "RCPT <user@local.test> policy server unix:private/spf spf",
            "RCPT <user@local.test> milter inet:127.0.0.1:1 smtpd_milters", "RCPT <user@local.test> milter unix:second smtpd_milters",
            "DATA policy server inet:127.0.0.1:3 smtpd_data_restrictions",
            "DATA milter inet:127.0.0.1:1 smtpd_milters", "DATA milter unix:second smtpd_milters",
            "END-OF-HEADER milter inet:127.0.0.1:1 smtpd_milters", "END-OF-HEADER milter unix:second smtpd_milters",
            "END-OF-MESSAGE milter inet:127.0.0.1:1 smtpd_milters", "END-OF-MESSAGE milter unix:second smtpd_milters",
            "QUEUE content filter scan:[127.0.0.1]:10024 content_filter",
        }));
        string text = ExplainMode.Text(report);
        Assert.That(text, Does.Contain("\nfilters that would be asked, in this order\n"
            + "  CONNECT        milter inet:127.0.0.1:1 (smtpd_milters), macros: j {daemon_name} {daemon_addr} v _\n"));
        Assert.That(text, Does.Contain("  DATA           milter unix:second (smtpd_milters), macros: none\n"));
        JsonElement json = JsonDocument.Parse(ExplainMode.Json(report)).RootElement.GetProperty("filters");
        Assert.That(json.GetArrayLength(), Is.EqualTo(report.Filters.Count));
        Assert.That(json.EnumerateArray().First(f => f.GetProperty("stage").GetString()!.StartsWith("RCPT", StringComparison.Ordinal)
            && f.GetProperty("kind").GetString() == "milter").GetProperty("macros").EnumerateArray().Select(m => m.GetString()),
            Is.EqualTo(new[] { "i", "{rcpt_addr}" }));
    }

    [TestCase("smtpd_delay_reject = no\nsmtpd_helo_restrictions = reject\n", "CONNECT")]
    [TestCase("smtpd_recipient_restrictions = reject\n", "CONNECT HELO MAIL")]
    [TestCase("smtpd_data_restrictions = reject\n", "CONNECT HELO MAIL RCPT")]
    [TestCase("smtpd_milter_maps = inline:{203.0.113.9=DISABLE}\n", "")]
    [TestCase("receive_override_options = no_milters\n", "")]
    public void Milters_hear_only_of_what_is_not_refused(string config, string stages)
    {
        AccessReport report = Ask($"smtpd_milters = unix:m\n{config}", [.. s_stranger, "rcpt=user@local.test"]);
        Assert.That(string.Join(' ', report.Filters.Select(f => f.Stage.Split(' ')[0])), Is.EqualTo(stages));
    }

    [TestCase("client=nonsense")]
    [TestCase("unknown=1")]
    [TestCase("client")]
    public void A_command_line_that_makes_no_sense(string attribute) =>
        Assert.That(ExplainOptions.Parse(["-c", "/nowhere", "-n", "smtp", "-k", "smtpd", "--", attribute]), Is.Null);
}
