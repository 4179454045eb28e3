using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Routing;
using MtaSuite.Local;
using MtaSuite.Local.Pipe;
using MtaSuite.Local.Virtual;

namespace MtaSuite.Tests.Unit.Local;

/// <summary>Tables that change the outcome of deliveries.</summary>
public sealed class StatusFilterTests
{
    private const string Table = "inline:{{5.1.1 no such user = 4.1.1 not yet}, {2.0.0 stored = 2.1.5 kept}, {4.3.0 busy = 2.0.0 gone}, "
        + "{5.2.2 full = 5.2.2}}";

    private static Outcome Outcome(string text) => text[0] switch
    {
        '2' => Common.Mail.Outcome.Ok(text[6..]),
        '4' => Common.Mail.Outcome.Defer(text[..5], text[6..]),
        _ => Common.Mail.Outcome.Bounce(text[..5], text[6..]),
    };

    [TestCase("")]
    [TestCase("default_delivery_status_filter = inline:{{5.1.1 no such user = 5.1.6 moved}}\n")]
    public void Nothing_is_permanent_with_soft_bounce(string table)
    {
        MailConfig config = MailConfig.Parse("soft_bounce = yes\n" + table).Config;
        foreach (StatusFilter filter in (StatusFilter[])[new LocalSettings(config, []).StatusFilter,
            new VirtualSettings(config, []).StatusFilter, StatusFilter.Open(config, PipeParams.PipeDeliveryStatusFilter)])
        {
            Outcome result = filter.Apply(Outcome("5.1.1 no such user"));
            Assert.That((result.IsTemporary, result.IsSoftened, result.Status.ToString()),
                Is.EqualTo((true, true, table.Length == 0 ? "4.1.1" : "4.1.6")));
            Assert.That(filter.Apply(Outcome("2.0.0 stored")).IsOk);
        }
        using LocalFixture fix = new();
        fix.Settings = fix.Settings with
        {
            AliasMaps = LocalFixture.Table("c = |exit 67", "owner-c = boss@remote.example"),
            StatusFilter = StatusFilter.Open(config, LocalParams.LocalDeliveryStatusFilter)
        };
        Assert.That(fix.Deliver("c@example.com").IsTemporary && fix.Deliver("nosuch@example.com").IsTemporary);
        Assert.That(fix.OwnerNotices, Is.Empty);
    }

    [TestCase("5.1.1 no such user", "4.1.1 not yet")]
    [TestCase("2.0.0 stored", "2.1.5 kept")]
    [TestCase("4.3.0 busy", "4.3.0 busy")] // not to success
    [TestCase("5.2.2 full", "5.2.2 full")] // no text
    [TestCase("5.7.1 other", "5.7.1 other")]
    public void Every_agent_asks_the_table_of_its_own_or_the_common_one(string before, string after)
    {
        foreach (string agent in (string[])["default", "own"])
        {
            MailConfig Config(string name) =>
                MailConfig.Parse($"{(agent == "own" ? name : "default")}_delivery_status_filter = {Table}\n").Config;
            StatusFilter[] filters =
            [
                new LocalSettings(Config("local"), []).StatusFilter, new VirtualSettings(Config("virtual"), []).StatusFilter,
                StatusFilter.Open(Config("pipe"), PipeParams.PipeDeliveryStatusFilter),
                    StatusFilter.Open(Config("lmtp"), LmtpClientParams.LmtpDeliveryStatusFilter),
            ];
            foreach (StatusFilter filter in filters)
            {
                Outcome result = filter.Apply(Outcome(before));
                Assert.That($"{result.Status} {result.Text}", Is.EqualTo(after));
                Assert.That((result.IsOk, result.IsPermanent), Is.EqualTo((after[0] == '2', after[0] == '5')));
            }
        }
    }
}
