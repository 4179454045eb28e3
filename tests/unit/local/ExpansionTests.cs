using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Local;
using MtaSuite.Local.Expansion;

namespace MtaSuite.Tests.Unit.Local;

public sealed class ExpansionTests
{
    private LocalFixture _fix = null!;

    [SetUp]
    public void SetUp() => _fix = new LocalFixture();

    [TearDown]
    public void TearDown() => _fix.Dispose();

    private string Me => _fix.Me.Name;

    private void Aliases(params string[] entries) => _fix.Settings = _fix.Settings with { AliasMaps = LocalFixture.Table(entries) };

    // ---- destinations

    [TestCase("a", "Address a")]
    [TestCase("a, b@c ,\"d e\"@f", "Address a|Address b@c|Address d e@f")]
    [TestCase("\"|cmd -x, y\", |cmd2 a b, |\"cmd3, z\" more", "Command cmd -x, y|Command cmd2 a b|Command cmd3, z more")]
    [TestCase("/file, ~/file, \"/with, comma\", /dir/", "File /file|HomeFile /file|File /with, comma|File /dir/")]
    [TestCase(":include:/list, :INCLUDE: /other", "Include /list|Include /other")]
    [TestCase("\\me, \\ you@x", "Mailbox me|Mailbox you@x")]
    [TestCase("Full Name <user@dom> (comment, with comma), user2 (c) @ dom", "Address user@dom|Address user2@dom")]
    [TestCase("", "")]
    [TestCase(" , ,, ", "")]
    [TestCase("two words", "Address two|Address words")]
    [TestCase("a b <c@d> e; f;g", "Address c@d|Address f|Address g")]
    [TestCase("\\me /file \"a b\" user @ dom", "Mailbox me|File /file|Address a b|Address user@dom")]
    [TestCase("friends: a, b c;, nobody:; d", "Address a|Address b|Address c|Address d")]
    [TestCase(":fail: no, host:user, <a b>", "Address :fail: no|Address host:user|Address a b")]
    [TestCase("\"unclosed, quote", "Address unclosed, quote")]
    public void Items_of_a_list(string text, string expected) =>
        Assert.That(string.Join("|", DestinationList.Parse(text).Select(d => $"{d.Kind} {d.Text}")), Is.EqualTo(expected));

    [Test]
    public void Lines_of_a_list_file_end_at_the_limit()
    {
        string path = _fix.Write("list", "short\n" + new string('x', 25) + "\n\nlast");
        List<string> all = [];
        using (DestinationLines lines = new(FileDescriptor.TryOpen(path, FileIO.O_RDONLY)!, 10))
        {
            while (lines.TryNext(out string line)) all.Add(line);
        }
        Assert.That(all, Is.EqualTo(new[] { "short", "xxxxxxxxxx", "xxxxxxxxxx", "xxxxx", "", "last" }));
    }

    [Test]
    public void A_NUL_ends_a_line_of_a_list_file()
    {
        string path = _fix.Write("list", "\0garbage\nuser\0rest\nlast");
        List<string> all = [];
        using (DestinationLines lines = new(FileDescriptor.TryOpen(path, FileIO.O_RDONLY)!, 100))
        {
            while (lines.TryNext(out string line)) all.Add(line);
        }
        Assert.That(all, Is.EqualTo(new[] { "", "user", "last" }));
    }

    [Test]
    public void A_table_made_of_others_has_the_rights_of_whoever_may_write_one_of_them()
    {
        if (!LocalFixture.IsRoot) Assert.Ignore("needs root, to give files away");
        string roots = _fix.Write("roots", ""), a = _fix.Write("a", ""), b = _fix.Write("b.cdb", "");
        Assert.That(Paths.ChOwn(a, 1234, 1234) == 0 && Paths.ChOwn(b, 4321, 4321) == 0);
        Assert.That(AliasTables.OwnerOf($"texthash:{a}"), Is.EqualTo(1234));
        Assert.That(AliasTables.OwnerOf($"unionmap:{{texthash:{roots}, proxy:texthash:{a}}}"), Is.EqualTo(1234));
        Assert.That(AliasTables.OwnerOf($"unionmap:{{texthash:{roots},hash:{_fix.Root}/b}}"), Is.EqualTo(4321));
        Assert.That(AliasTables.OwnerOf($"pipemap:{{texthash:{a},hash:{_fix.Root}/b}}"), Is.Null);
        _fix.Write("a.cdb", "");
        Assert.That(AliasTables.OwnerOf($"texthash:{a}"), Is.EqualTo(1234), "not the index's");
        Assert.That(AliasTables.OwnerOf($"hash:{a}"), Is.Zero);
        Assert.That(AliasTables.OwnerOf($"inline:{{x = :include:{a}}}"), Is.Zero);
    }

    // ---- loops

    [Test]
    public void Delivered_To_headers_are_found_wherever_the_pieces_are_cut()
    {
        byte[] header = [.. "Received: x\n\ty\nDELIVERED-TO:  One@Example.com \nDelivered-Toad: no@x\n"u8,
            .. "Delivered-To: \"a b\"@x\n\nDelivered-To: body@x\n"u8];
        for (int i = 0; i <= header.Length; i++)
        {
            DeliveredHeaders headers = new();
            if (!headers.Scan(header.AsSpan(0, i), last: false)) headers.Scan(header.AsSpan(i), last: true);
            Assert.That(headers.Contains("one@EXAMPLE.com") && headers.Contains("a b@x"), $"cut at {i}");
            Assert.That(headers.Contains("body@x") || headers.Contains("no@x"), Is.False, $"cut at {i}");
        }
    }

    [Test]
    public void A_message_that_was_here_before_bounces()
    {
        RecipientOutcome outcome = _fix.Deliver(_fix.Job($"{Me}@example.com", $"Delivered-To: {Me}@example.com\n\n"));
        Assert.That(outcome.Outcome.Text, Is.EqualTo($"mail forwarding loop for {Me}@example.com"));
        Assert.That(outcome.Outcome.Status.ToString(), Is.EqualTo("5.4.6"));
    }

    [Test]
    public void Unknown_users_bounce_with_the_folded_name_and_reserved_ones_vanish()
    {
        Outcome outcome = _fix.Deliver("No.Such@example.com");
        Assert.That((outcome.Text, outcome.Status.ToString()), Is.EqualTo(("unknown user: \"no.such\"", "5.1.1")));
        Assert.That(_fix.Deliver("Postmaster@example.com").Text, Is.EqualTo("discarded"));
        Assert.That(_fix.Warnings, Does.Contain("required alias not found: postmaster"));
        Assert.That(_fix.Deliver("@example.com").Text, Is.EqualTo("null username in \"@example.com\""));
    }

    // ---- aliases

    [Test]
    public void An_alias_without_owner_delivers_here_and_forwards_the_rest_in_one_message()
    {
        Aliases($"list = {Me}, x@remote.example, {Me.ToUpperInvariant()}, y@remote.example, x@remote.example");
        DeliveryJob job = _fix.Job("List@example.com", original: "orig@example.com");
        RecipientOutcome outcome = _fix.Deliver(job);
        Assert.That(outcome.Outcome.IsOk);
        Assert.That(_fix.Maildir($"spool/{Me}"), Has.Length.EqualTo(1));
        ForwardedMessage copy = _fix.Forwards.Single();
        Assert.That(copy.Recipients.Select(r => r.Address), Is.EqualTo(new[] { "x@remote.example", "y@remote.example" }));
        Assert.That((copy.Sender, copy.DeliveredTo, copy.IsList), Is.EqualTo(("sender@example.org", "list@example.com", false)));
        Assert.That(copy.Recipients[0].Original, Is.EqualTo("orig@example.com"));
        Assert.That(job.Steps.Select(s => $"{s.Address}: {s.Outcome.Text}"), Is.EqualTo(new[]
        {
            $"{Me}@example.com: delivered to maildir", "List@example.com: forwarded as NEWID",
        }));
        Assert.That(_fix.Maildir($"spool/{Me}")[0], Does.Contain("Delivered-To: List@example.com\n"),
            "the address that the message came for");
    }

    [Test]
    public void Owner_takes_the_senders_place_and_everything_goes_out_again()
    {
        Aliases($"list = {Me}, x@remote.example", "owner-list = boss@remote.example");
        DeliveryJob job = _fix.Job("list@example.com");
        job.Recipient.Notify = Notify.Success;
        job.Recipient.DsnOriginal = "rfc822;list@example.com";
        RecipientOutcome outcome = _fix.Deliver(job);
        Assert.That((outcome.Outcome.Text, outcome.Action), Is.EqualTo(("forwarded as NEWID", DeliveryAction.Delivered)));
        ForwardedMessage copy = _fix.Forwards.Single();
        Assert.That((copy.Sender, copy.IsList, copy.Recipients.Count), Is.EqualTo(("owner-list@example.com", true, 2)));
        Assert.That(copy.Recipients.All(r => r is { Notify: Notify.Default, DsnOriginal: "", Original: "" }));
        _fix.Settings = _fix.Settings with { ExpandOwnerAlias = true };
        _fix.Deliver("list@example.com");
        Assert.That(_fix.Forwards[^1].Sender, Is.EqualTo("boss@remote.example"));
    }

    [Test]
    public void Names_inside_their_own_expansion_mean_the_user([Values("{0}", "\\\\{0}", "sub")] string inner)
    {
        Aliases($"{Me} = {string.Format(inner.Replace("\\\\", "\\"), Me)}, x@remote.example", $"sub = {Me}");
        Outcome outcome = _fix.Deliver($"{Me}@example.com");
        Assert.That(outcome.IsOk || outcome.Status.ToString() == "5.4.6", outcome.Text);
        if (inner != "sub") Assert.That(_fix.Maildir($"spool/{Me}"), Has.Length.EqualTo(1));
    }

    [Test]
    public void Aliases_that_go_round_end()
    {
        Aliases("a = b, b2", "b = a, b2", "b2 = a, b, c", "c = a");
        Outcome outcome = _fix.Deliver("a@example.com");
        Assert.That(outcome.Status.ToString(), Is.EqualTo("5.4.6"));
    }

    [Test]
    public void A_failing_table_defers()
    {
        _fix.Settings = _fix.Settings with { AliasMaps = Common.Tables.Maps.Open("fail:x") };
        Outcome outcome = _fix.Deliver($"{Me}@example.com");
        Assert.That((outcome.Status.ToString(), outcome.Text), Is.EqualTo(("4.3.0", "alias database unavailable")));
        Aliases("list = ,");
        Assert.That(_fix.Deliver("list@example.com").Text, Is.EqualTo("alias database unavailable"));
    }

    [Test]
    public void One_failure_of_several_decides_and_what_can_pass_comes_first()
    {
        Aliases($"two = {Me}, nosuchuser, x@remote.example", $"three = nosuchuser, {Me}x y");
        DeliveryJob job = _fix.Job("two@example.com");
        Assert.That(_fix.Deliver(job).Outcome.Text, Is.EqualTo("unknown user: \"nosuchuser\""));
        Assert.That(job.Steps, Has.Count.EqualTo(3));
        _fix.ForwardOutcome = Outcome.Defer("4.3.0", "no cleanup");
        Assert.That(_fix.Deliver("two@example.com").Text, Is.EqualTo("no cleanup"));
    }

    [Test]
    public void Extensions_find_their_alias_and_are_passed_on_as_configured()
    {
        _fix.Settings = _fix.Settings with { RecipientDelimiter = new("+-") };
        Aliases("a+x = found@remote.example", "a = x@remote.example", "list-request = y@remote.example", $"m = {Me}");
        _fix.Deliver("a+x@example.com");
        _fix.Deliver("a-y@example.com");
        _fix.Deliver("list-request@example.com");
        Assert.That(_fix.Forwards.Select(f => f.Recipients[0].Address),
            Is.EqualTo(new[] { "found@remote.example", "x@remote.example", "y@remote.example" }));
        _fix.Settings = _fix.Settings with { PropagateExtensions = ExpansionSource.Alias };
        _fix.Deliver("a-y@example.com");
        Assert.That(_fix.Forwards[^1].Recipients[0].Address, Is.EqualTo("x-y@remote.example"));
        Assert.That(_fix.Deliver($"{Me}+a/../b@example.com").IsOk);
        Assert.That(_fix.Warnings.Single(), Does.Contain("illegal extension"));
    }

    // ---- files

    [Test]
    public void Files_and_Maildirs_of_aliases()
    {
        string file = _fix.Root + "/out/box", folder = _fix.Root + "/out/dir/";
        Directory.CreateDirectory(_fix.Root + "/out");
        File.SetUnixFileMode(_fix.Root + "/out", (UnixFileMode)FileModes.WorldWritableFolder);
        Aliases($"f = {file}", $"d = {folder}", "null = /dev/null", $"x = {_fix.Write("out/prog", "", FileModes.PublicFolder)}");
        Assert.That(_fix.Deliver("f@example.com").Text, Is.EqualTo($"delivered to file: {file}"));
        Assert.That(File.ReadAllText(file), Does.StartWith("From sender@example.org  "));
        Assert.That(_fix.Deliver("d@example.com").Text, Is.EqualTo("delivered to maildir"));
        Assert.That(_fix.Deliver("null@example.com").Text, Is.EqualTo("delivered to file: /dev/null"));
        Outcome program = _fix.Deliver("x@example.com");
        if (!LocalFixture.IsRoot) Assert.That((program.Status.ToString(), program.Text), Is.EqualTo(("5.7.1", $"cannot append message to "
            + $"file {_fix.Root}/out/prog: file is executable")));
        if (LocalFixture.IsRoot && FileStatus.TryGet(file, out FileStatus status))
            Assert.That(status.Uid, Is.EqualTo(_fix.Settings.DefaultRights.Uid));
        _fix.Settings = _fix.Settings with { AllowFiles = ExpansionSource.Forward };
        Assert.That(_fix.Deliver("f@example.com").Text, Is.EqualTo("mail to file is restricted"));
    }

    [Test]
    public void Includes_are_read_and_guarded()
    {
        string list = _fix.Write("list", "# comment\nx@remote.example, y@remote.example\n\n\"|exit 0\"\n");
        string self = _fix.Root + "/self";
        File.WriteAllText(self, $":include:{self}, z@remote.example\n");
        Aliases($"i = :include:{list}", $"s = :include:{self}",
            $"w = :include:{_fix.Write("open", "x@y\n", FileModes.WorldWritableFolder)}",
            "r = :include:relative", "n = :include:/nonexistent");
        Outcome outcome = _fix.Deliver("i@example.com");
        Assert.That(outcome.Text, Is.EqualTo("mail to command is restricted"), "commands in included files are off");
        Assert.That(_fix.Forwards.Single().Recipients, Has.Count.EqualTo(2));
        Assert.That(_fix.Deliver("s@example.com").Text, Is.EqualTo("forwarded as NEWID"));
        foreach (string name in (string[])["w", "r", "n"])
            Assert.That(_fix.Deliver($"{name}@example.com").Text, Is.EqualTo("mail system configuration error"), name);
        Assert.That(_fix.Warnings, Has.Count.EqualTo(3));
    }

    [Test]
    public void Includes_that_include_each_other_without_end_are_stopped()
    {
        for (int i = 0; i < 150; i++) File.WriteAllText($"{_fix.Root}/inc{i}", $":include:{_fix.Root}/inc{i + 1}\n");
        Aliases($"i = :include:{_fix.Root}/inc0");
        Assert.That(_fix.Deliver("i@example.com").Text, Is.EqualTo(":include: nesting limit exceeded"));
    }

    [Test]
    public void A_forward_file_sends_on_and_keeps_a_copy()
    {
        string forward = _fix.Write("fwd", $"\\{Me}, x@remote.example\n");
        _fix.Settings = _fix.Settings with
        {
            ForwardPath = [_fix.Root + "/fwd${recipient_delimiter}${extension}", _fix.Root + "/fwd"],
            RecipientDelimiter = new("+")
        };
        DeliveryJob job = _fix.Job($"{Me}@example.com");
        job.Recipient.Notify = Notify.Success;
        RecipientOutcome outcome = _fix.Deliver(job);
        Assert.That((outcome.Outcome.IsOk, outcome.Action), Is.EqualTo((true, DeliveryAction.Expanded)));
        Assert.That(_fix.Maildir($"spool/{Me}"), Has.Length.EqualTo(1));
        Assert.That(_fix.Forwards.Single().DeliveredTo, Is.EqualTo($"{Me}@example.com"));
        // by its own name, too; but another local user is a recipient of the new message
        File.WriteAllText(forward, $"{Me}\nother\n");
        _fix.Deliver($"{Me}@example.com");
        Assert.That(_fix.Maildir($"spool/{Me}"), Has.Length.EqualTo(2));
        Assert.That(_fix.Forwards[^1].Recipients.Single().Address, Is.EqualTo("other@example.com"));
        _fix.Write("fwd+ext", "ext@remote.example\n");
        _fix.Deliver($"{Me}+ext@example.com");
        Assert.That(_fix.Forwards[^1].Recipients.Single().Address, Is.EqualTo("ext@remote.example"));
        // one that anybody may write, an empty one, none: the mailbox
        File.SetUnixFileMode(forward, (UnixFileMode)FileModes.WorldWritableFolder);
        int before = _fix.Forwards.Count;
        Assert.That(_fix.Deliver($"{Me}@example.com").Text, Is.EqualTo("delivered to maildir"));
        _fix.Write("fwd", "\n# nothing\n", FileModes.PublicFile);
        Assert.That(_fix.Deliver($"{Me}@example.com").Text, Is.EqualTo("delivered to maildir"));
        File.Delete(forward);
        Assert.That(_fix.Deliver($"{Me}@example.com").Text, Is.EqualTo("delivered to maildir"));
        Assert.That(_fix.Forwards, Has.Count.EqualTo(before));
    }

    [Test]
    public void Anothers_mailbox_is_not_opened_by_a_backslash()
    {
        _fix.Write("fwd", "\\other\n");
        _fix.Settings = _fix.Settings with { ForwardPath = [_fix.Root + "/fwd"] };
        Assert.That(_fix.Deliver($"{Me}@example.com").Text, Is.EqualTo("forwarded as NEWID"));
        Assert.That(_fix.Forwards.Single().Recipients.Single().Address, Is.EqualTo("other@example.com"));
    }

    [Test]
    public void What_somebody_has_to_set_right_does_not_bring_the_mail_again_to_those_who_got_it()
    {
        string file = $"{_fix.Root}/no/such/file";
        Aliases($"alone = {file}", $"both = {file}, {Me}", $"list = {file}, x@remote.example", "owner-list = boss@remote.example",
            $"busy = {file}, {Me}, |exit 75");
        Assert.That(_fix.Deliver("alone@example.com").Status.ToString(), Is.EqualTo("4.2.0"));
        DeliveryJob job = _fix.Job("both@example.com");
        Outcome outcome = _fix.Deliver(job).Outcome;
        Assert.That((outcome.Kind, outcome.Status.ToString()), Is.EqualTo((OutcomeKind.Permanent, "5.2.0")), outcome.Text);
        Assert.That(job.Steps.Select(s => s.Outcome.Kind), Is.EquivalentTo(new[] { OutcomeKind.Permanent, OutcomeKind.Ok }));
        Assert.That(_fix.Deliver("list@example.com").Text, Is.EqualTo("forwarded as NEWID"));
        Assert.That(_fix.OwnerNotices.Single().Outcome.Status.ToString(), Is.EqualTo("5.2.0"));
        Assert.That(_fix.Deliver("busy@example.com").IsTemporary, "tried again anyway");
    }

    [Test]
    public void A_member_who_waits_gets_a_message_of_his_own_where_others_got_theirs()
    {
        Aliases($"alone = {Me}", $"team = {Me}, |exit 0, x@remote.example", $"busy = {Me}, |exit 0, |exit 75");
        _fix.Settings = _fix.Settings with { MailboxCommand = "exit 75" };
        Assert.That(_fix.Deliver("alone@example.com").IsTemporary, "nobody else is there");
        Assert.That(_fix.Deliver("busy@example.com").IsTemporary, "all are tried again because of the command");
        Assert.That(_fix.Forwards, Is.Empty);

        DeliveryJob job = _fix.Job("team@example.com");
        Assert.That(_fix.Deliver(job).Outcome.Text, Is.EqualTo("delivered to command: exit 0"));
        Assert.That(job.Steps.Select(s => s.Outcome.Text), Is.EqualTo(new[] { "delivered to command: exit 0", "forwarded as NEWID" }));
        Assert.That(_fix.Forwards.Single().Recipients.Select(r => r.Address),
            Is.EqualTo(new[] { "x@remote.example", $"{Me}@example.com" }));

        Aliases($"{Me} = {Me}, |exit 0");
        Assert.That(_fix.Deliver($"{Me}@example.com").IsTemporary, "his address is that of the others, too");
    }

    [Test]
    public void Lines_behind_one_that_somebody_has_to_set_right_are_read()
    {
        _fix.Write("fwd", $"\\{Me}\n{_fix.Root}/no/such/file\nx@remote.example\n");
        _fix.Settings = _fix.Settings with { ForwardPath = [_fix.Root + "/fwd"] };
        Assert.That(_fix.Deliver($"{Me}@example.com").Status.ToString(), Is.EqualTo("5.2.0"));
        Assert.That(_fix.Forwards.Single().Recipients.Single().Address, Is.EqualTo("x@remote.example"));
        _fix.Write("fwd", $"\\{Me}\n|exit 75\nx@remote.example\n");
        Assert.That(_fix.Deliver($"{Me}@example.com").IsTemporary);
        Assert.That(_fix.Forwards, Has.Count.EqualTo(1));
    }

    [Test]
    public void Transports_and_luser_relay_take_over_where_they_are_named()
    {
        _fix.Settings = _fix.Settings with { FallbackTransportMaps = LocalFixture.Table("lost = lmtp:unix:x"), FallbackTransport = "smtp" };
        _fix.Deliver("lost@example.com");
        _fix.Deliver("other@example.com");
        Assert.That(_fix.Passed, Is.EqualTo(
            new[] { ("lmtp", "unix:x", "lost@example.com"), ("smtp", "example.com", "other@example.com") }));
        _fix.Settings = _fix.Settings with { FallbackTransport = "", LuserRelay = "admin+${local}@remote.example" };
        Assert.That(_fix.Deliver("nobody.here@example.com").Text, Is.EqualTo("forwarded as NEWID"));
        Assert.That(_fix.Forwards[^1].Recipients[0].Address, Is.EqualTo("admin+nobody.here@remote.example"));
        _fix.Settings = _fix.Settings with { LuserRelay = "$user" };
        Assert.That(_fix.Deliver("nobody.here@example.com").Text, Is.EqualTo("unknown user: \"nobody.here\""));
        _fix.Settings = _fix.Settings with { MailboxTransport = "lmtp:inet:127.0.0.1:24" };
        _fix.Deliver($"{Me}@example.com");
        Assert.That(_fix.Passed[^1], Is.EqualTo(("lmtp", "inet:127.0.0.1:24", $"{Me}@example.com")));
    }

    [Test]
    public void What_another_agent_did_with_the_recipient_is_told_unless_an_alias_stands_between()
    {
        Aliases($"alias = {Me}");
        _fix.Settings = _fix.Settings with { MailboxTransport = "lmtp:unix:x" };
        _fix.PassedAction = DeliveryAction.PassedOn;
        foreach ((string name, DeliveryAction action) in new[] { (Me, DeliveryAction.PassedOn), ("alias", DeliveryAction.Expanded) })
        {
            DeliveryJob job = _fix.Job($"{name}@example.com");
            job.Recipient.Notify = Notify.Success;
            Assert.That(_fix.Deliver(job).Action, Is.EqualTo(action), name);
            Assert.That(job.Steps, Has.All.Property(nameof(DeliveryStep.IsLogged)).True, "whoever had it tells what became of it");
        }
    }

    [Test]
    public void An_agent_that_gets_a_member_of_an_alias_cannot_mark_the_recipient()
    {
        Aliases($"alias = {Me}, other");
        _fix.Settings = _fix.Settings with { MailboxTransport = "lmtp:unix:x" };
        foreach ((string name, bool marks) in new[] { (Me, true), ("alias", false) })
        {
            DeliveryJob job = _fix.Job($"{name}@example.com");
            job.Recipient.Offset = 100;
            _fix.Deliver(job);
            Assert.That(_fix.PassedOffset, Is.EqualTo(marks ? 100 : RecipientClaim.NoRecord), name);
        }
    }

    [Test]
    public void Verification_changes_nothing()
    {
        Aliases($"v = {Me}, x@remote.example, \"|touch {_fix.Root}/ran\", {_fix.Root}/file");
        DeliveryJob job = _fix.Job("v@example.com");
        job.Request.Flags = MessageFlags.VerifyOnly;
        Assert.That(_fix.Deliver(job).Outcome.IsOk);
        Assert.That(job.Steps.Select(s => s.Outcome.Text), Is.EqualTo(new[]
        {
            "delivers to maildir", "forwards to x@remote.example", $"delivers to command: touch {_fix.Root}/ran",
                $"delivers to file: {_fix.Root}/file",
        }));
        Assert.That(File.Exists(_fix.Root + "/ran") || File.Exists(_fix.Root + "/file") || Directory.Exists($"{_fix.Root}/spool/{Me}")
            || _fix.Forwards.Count > 0, Is.False);
    }
}
