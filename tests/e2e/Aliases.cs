using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>Aliases: addresses, lists, :include:, |command and /file; .forward files.</summary>
[TestFixture]
public class Aliases : InstanceTest
{
    private string Out => $"{Mta.Folder}/out";

    protected override string[] Settings =>
        ["allow_mail_to_commands=alias,forward,include", "allow_mail_to_files=alias,forward,include", "recipient_delimiter=+"];

    protected override void Prepare()
    {
        Directory.CreateDirectory(Out);
        File.SetUnixFileMode(Out, (UnixFileMode)FileModes.StickyFolder);
        Mta.Configure($"forward_path={Mta.Folder}/forward/$user$recipient_delimiter$extension,{Mta.Folder}/forward/$user");
        File.WriteAllText($"{Mta.Etc}/list", $"# a list\n{User}\n\"|cat > {Out}/included\"\n");
        Mta.AddAliases($"""
            team: {User}, "|cat > {Out}/command", {Out}/file
            listed: :include:{Mta.Etc}/list
            chain: team2
            team2: {User}
            loop1: loop2
            loop2: loop1
            fails: "|exit 75"
            refuses: "|echo not wanted >&2; exit 77"
            arguments: "|printf '%s|%s|%s|%s' \"$SENDER\" \"$RECIPIENT\" \"$USER\" \"$EXTENSION\" > {Out}/environment"

            """);
    }

    private string File_(string name)
    {
        Wait.Until(() => File.Exists($"{Out}/{name}") && new FileInfo($"{Out}/{name}").Length > 0, $"{Out}/{name}");
        return File.ReadAllText($"{Out}/{name}");
    }

    private string Send(string to, string subject)
    {
        using SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort);
        string id = peer.Deliver(Address, $"{to}@{Instance.HostName}", $"Subject: {subject}\n\nbody of {subject}\n").Is(250).QueueId;
        peer.Quit();
        return id;
    }

    [Test]
    public void An_alias_reaches_a_mailbox_a_command_and_a_file()
    {
        string id = Send("team", "team mail");
        Mta.WaitForLog($"{id}: removed");
        Assert.That(Mta.Delivered("body of team mail").Header("Delivered-To"), Is.EqualTo($"team@{Instance.HostName}").Or.EqualTo(Address));
        Assert.That(File_("command"), Does.Contain("body of team mail").And.StartWith("From "));
        Assert.That(File_("file"), Does.Contain("body of team mail").And.StartWith("From "));
        Mta.WaitForLog($@"{id}: to=<team@mx\.test\.example>, .*status=sent \(delivered to command: cat > ");
        Mta.WaitForLog($@"{id}: to=<team@mx\.test\.example>, .*status=sent \(delivered to file: {Out}/file\)");
    }

    [Test]
    public void An_included_list_and_a_chain_of_aliases()
    {
        Send("listed", "listed mail");
        Mta.Delivered("body of listed mail");
        Assert.That(File_("included"), Does.Contain("body of listed mail"));
        Send("chain", "chained mail");
        Mta.Delivered("body of chained mail");
    }

    [Test]
    public void A_command_learns_who_and_for_whom()
    {
        Send("arguments", "environment");
        Assert.That(File_("environment").Split('|')[..2], Is.EqualTo(new[] { Address, $"arguments@{Instance.HostName}" }));
    }

    [Test]
    public void The_exit_status_of_a_command_decides()
    {
        string fails = Send("fails", "tempfail"), refuses = Send("refuses", "refused");
        Mta.WaitForLog($@"{fails}: to=<fails@mx\.test\.example>, .*dsn=4\.3\.0, status=deferred \(temporary failure");
        Mta.WaitForLog($@"{refuses}: to=<refuses@mx\.test\.example>, .*dsn=5\.7\.0, status=bounced \(permission denied.*not wanted");
        Assert.That(Mta.Delivered("not wanted").Header("Return-Path"), Is.EqualTo("<>"));
    }

    [Test]
    public void A_loop_of_aliases_is_returned_not_endless()
    {
        string id = Send("loop1", "looping");
        Mta.WaitForLog($@"{id}: to=<loop\d@mx\.test\.example>, .*status=bounced");
    }

    [Test]
    public void A_forward_file_replaces_the_mailbox_and_may_keep_it()
    {
        Directory.CreateDirectory($"{Mta.Folder}/forward");
        File.WriteAllText($"{Mta.Folder}/forward/{User}+ext", $"\\{User}\n\"|cat > {Out}/forwarded\"\n");
        if (Programs.IsRoot) Programs.Run("chown", [$"{User}", $"{Mta.Folder}/forward/{User}+ext"]).Succeeded();
        Send($"{User}+ext", "forward mail");
        Assert.That(Mta.Delivered("body of forward mail").Header("Delivered-To"), Is.EqualTo($"{User}+ext@{Instance.HostName}"));
        Assert.That(File_("forwarded"), Does.Contain("body of forward mail"));
        Send($"{User}+other", "plain extension");
        Mta.Delivered("body of plain extension");
    }
}
