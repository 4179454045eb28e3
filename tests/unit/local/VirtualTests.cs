using MtaSuite.Common.Config;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;
using MtaSuite.Local;
using MtaSuite.Local.Virtual;

namespace MtaSuite.Tests.Unit.Local;

public sealed class VirtualTests
{
    private LocalFixture _fix = null!;
    private VirtualSettings _settings = null!;

    [SetUp]
    public void SetUp()
    {
        _fix = new LocalFixture();
        Directory.CreateDirectory(_fix.Root + "/vmail");
        Assert.That(!LocalFixture.IsRoot || Paths.ChOwn(_fix.Root + "/vmail", 5000, 5000) == 0);
        _settings = new VirtualSettings(MailConfig.Parse("compatibility_level = 3.11\n").Config, _fix.Warnings) with
        {
            Base = _fix.Root + "/vmail",
            Mailboxes = LocalFixture.Table("u@dom = dom/u/", "m@dom = m", "@all = all/"),
            Uids = Maps.Open("static:5000"),
            Gids = Maps.Open("static:5000"),
            RecipientDelimiter = new("+"),
        };
    }

    [TearDown]
    public void TearDown() => _fix.Dispose();

    private Outcome Deliver(string recipient) => new VirtualDelivery(_settings, _fix.Warn).Deliver(_fix.Job(recipient)).Outcome;

    [Test]
    public void Addresses_find_their_mailboxes_with_and_without_extension_and_by_domain()
    {
        Assert.That(Deliver("U@Dom").Text, Is.EqualTo("delivered to maildir"));
        Assert.That(Deliver("u+ext@dom").Text, Is.EqualTo("delivered to maildir"));
        Assert.That(_fix.Maildir("vmail/dom/u"), Has.Length.EqualTo(2));
        Assert.That(Deliver("anybody@all").IsOk);
        Assert.That(Deliver("m@dom").Text, Is.EqualTo("delivered to mailbox"));
        Assert.That(_fix.Read("vmail/m"), Does.Contain("\nDelivered-To: m@dom\n"));
        if (LocalFixture.IsRoot && FileStatus.TryGet(_fix.Root + "/vmail/m", out FileStatus status))
            Assert.That((status.Uid, status.Gid), Is.EqualTo((5000u, 5000u)));
        Outcome unknown = Deliver("No@dom");
        Assert.That((unknown.Status.ToString(), unknown.Text), Is.EqualTo(("5.1.1", "unknown user: \"no@dom\"")));
    }

    [TestCase("../x/", "5000", "5000")]
    [TestCase("a/../../x/", "5000", "5000")]
    [TestCase("a/..", "5000", "5000")]
    [TestCase("..", "5000", "5000")]
    [TestCase("/", "5000", "5000")]
    [TestCase("x/", "0", "5000")]
    [TestCase("x/", "99", "5000")]
    [TestCase("x/", "5000", "0")]
    [TestCase("x/", "4294967295", "5000")]
    [TestCase("x/", "4294972296", "5000")]
    [TestCase("x/", "5000", "4294967295")]
    [TestCase("x/", "-5", "5000")]
    [TestCase("x/", "5000x", "5000")]
    [TestCase("x/", "root", "root")]
    public void What_tables_must_not_say_defers(string path, string uid, string gid)
    {
        _settings = _settings with
        {
            Mailboxes = LocalFixture.Table($"u@dom = {path}"),
            Uids = Maps.Open("static:" + uid),
            Gids = Maps.Open("static:" + gid)
        };
        Outcome outcome = Deliver("u@dom");
        Assert.That((outcome.Status.ToString(), outcome.Text), Is.EqualTo(("4.3.5", "mail system configuration error")));
        Assert.That(_fix.Warnings, Has.Count.EqualTo(1));
        Assert.That(Directory.GetFileSystemEntries(_fix.Root + "/vmail"), Is.Empty);
    }

    [TestCase("static:99", "static:5000", "bad uid 99 in virtual_uid_maps")]
    [TestCase("inline:{x=5}", "static:5000", "not found in virtual_uid_maps")]
    [TestCase("static:5000", "static:root", "bad gid root in virtual_gid_maps")]
    public void The_log_says_what_is_wrong_with_an_id(string uids, string gids, string problem)
    {
        _settings = _settings with { Mailboxes = LocalFixture.Table("u@dom = x/"), Uids = Maps.Open(uids), Gids = Maps.Open(gids) };
        Deliver("u@dom");
        Assert.That(_fix.Warnings, Is.EqualTo(new[] { $"recipient u@dom: {problem}" }));
    }

    [Test]
    public void An_absolute_path_stays_below_the_base()
    {
        _settings = _settings with { Mailboxes = LocalFixture.Table("u@dom = /etc/box") };
        Outcome outcome = Deliver("u@dom");
        Assert.That(outcome.IsTemporary);
        Assert.That(outcome.Text, Does.StartWith($"delivery failed to mailbox {_fix.Root}/vmail/etc/box: unable to create lock file"));
    }

    [Test]
    public void Failing_tables_and_a_missing_base_defer()
    {
        VirtualSettings good = _settings;
        foreach (VirtualSettings bad in (VirtualSettings[])
            [good with { Mailboxes = Maps.Open("fail:x") }, good with { Uids = Maps.Open("fail:x") }, good with { Gids = Maps.Empty },
                good with { Base = "" }])
        {
            _settings = bad;
            Assert.That(Deliver("u@dom").Status.ToString(), Is.EqualTo("4.3.5"));
        }
    }
}
