using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>What may not write maillog_file itself logs through postlogd, which starts with the first line.</summary>
[TestFixture]
public class LogService : InstanceTest
{
    private string LogFile => $"{Mta.Folder}/log/mail.log";

    private ProgramResult Postlog(string user, params string[] arguments)
    {
        Programs.Require("runuser");
        return Programs.Run("runuser", ["-u", user, "--", $"{Programs.Build}/sbin/postlog", "-c", Mta.Etc, .. arguments]);
    }

    [Test]
    public void A_line_of_an_ordinary_user_is_logged_under_his_number()
    {
        if (!Programs.IsRoot) Assert.Ignore("not root");
        Postlog(User, "-t", "forged", "hello\nJan  1 00:00:00 mx mtasuite/smtpd[1]: forged").Succeeded();
        Mta.WaitForLog(@"mtasuite/postlogd\[\d+\]: uid=\d+: .* forged\[\d+\]: hello\?Jan ");
        Assert.That(Mta.LogText(), Does.Not.Contain("\nJan  1 00:00:00"));
        Assert.That(Mta.Pids("postlogd"), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_line_of_the_mail_owner_is_logged_as_it_is()
    {
        if (!Programs.IsRoot) Assert.Ignore("not root");
        Postlog("mtasuite", "-t", "mine", "the owner's").Succeeded();
        Mta.WaitForLog(@"^... .. ..:..:.. mx mine\[\d+\]: the owner's$");
        // the file is root's meanwhile: the owner may not write it, and the service says it for him
        File.Delete(LogFile);
        File.WriteAllText(LogFile, "");
        File.SetUnixFileMode(LogFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (int pid in Mta.Pids("postlogd")) _ = Common.Native.Signals.Kill(pid, Instance.SIGKILL);
        Wait.Until(() => Mta.Pids("postlogd").Length == 0, "the end of postlogd");
        Postlog("mtasuite", "-t", "mine", "the owner's second").Succeeded();
        Mta.WaitForLog(@"^... .. ..:..:.. mx mine\[\d+\]: the owner's second$");
    }
}
