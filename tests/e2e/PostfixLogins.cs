using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>A private Postfix that logs in at our submission service, with Cyrus SASL behind it.</summary>
[TestFixture]
public class PostfixLogins : InstanceTest
{
    private const string Login = "postfix@mx.test.example", Password = "postfix pw";
    private string _folder = "";

    protected override string[] Settings => ["smtpd_sasl_failure_delay=0"];

    protected override void Prepare()
    {
        if (!Programs.IsRoot || !File.Exists("/usr/sbin/postfix") || !File.Exists("/usr/lib/x86_64-linux-gnu/sasl2/libplain.so"))
            Assert.Ignore("no Postfix with Cyrus SASL, or not root");
        Programs.Run($"{Programs.Build}/sbin/postpasswd", ["-c", Mta.Etc, Login], Password + "\n").Succeeded();
        _folder = Directory.CreateTempSubdirectory("mta-postfix-").FullName;
        File.SetUnixFileMode(_folder, (UnixFileMode)FileModes.PublicFolder);
        foreach (string name in new[] { "etc", "spool", "data" }) Directory.CreateDirectory($"{_folder}/{name}");
        Programs.Run("chown", ["postfix", $"{_folder}/data"]).Succeeded();
        File.WriteAllText($"{_folder}/etc/main.cf", $"""
            compatibility_level = 3.6
            queue_directory = {_folder}/spool
            data_directory = {_folder}/data
            maillog_file = {_folder}/log
            maillog_file_prefixes = /
            myhostname = postfix.example
            mydestination =
            inet_interfaces = 127.0.0.1
            alternate_config_directories = {_folder}/etc
            multi_instance_name = postfix-test
            multi_instance_enable = yes
            relayhost = [127.0.0.1]:{Mta.SubmissionPort}
            smtp_tls_security_level = encrypt
            smtp_sasl_auth_enable = yes
            smtp_sasl_tls_security_options = noanonymous
            smtp_sasl_password_maps = inline:{"{{"}127.0.0.1={Login}:{Password}{"}}"}

            """);
        File.WriteAllText($"{_folder}/etc/master.cf", """
            pickup    unix  n       -       n       60      1       pickup
            cleanup   unix  n       -       n       -       0       cleanup
            qmgr      unix  n       -       n       300     1       qmgr
            tlsmgr    unix  -       -       n       1000?   1       tlsmgr
            rewrite   unix  -       -       n       -       -       trivial-rewrite
            bounce    unix  -       -       n       -       0       bounce
            defer     unix  -       -       n       -       0       bounce
            trace     unix  -       -       n       -       0       bounce
            smtp      unix  -       -       n       -       -       smtp
            relay     unix  -       -       n       -       -       smtp
            error     unix  -       -       n       -       -       error
            retry     unix  -       -       n       -       -       error
            scache    unix  -       -       n       -       1       scache
            postlog   unix-dgram n  -       n       -       1       postlogd

            """);
        Programs.Run("postfix", ["-c", $"{_folder}/etc", "start"]).Succeeded();
    }

    [OneTimeTearDown]
    public void StopPostfix()
    {
        if (_folder.Length == 0) return;
        Programs.Run("postfix", ["-c", $"{_folder}/etc", "stop"]);
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void Its_mail_comes_with_a_login()
    {
        string inject = $"From: p@postfix.example\nTo: {Address}\nSubject: by Postfix\n\nx\n";
        Programs.Run("/usr/sbin/sendmail", ["-C", $"{_folder}/etc", "-f", "p@postfix.example", Address], inject).Succeeded();
        try { Mta.Delivered("Subject: by Postfix"); }
        catch (AssertionException)
        {
            TestContext.Out.WriteLine(File.Exists($"{_folder}/log") ? File.ReadAllText($"{_folder}/log")
            : "no log"); throw;
        }
        Mta.WaitForLog($@"sasl_method=[A-Z0-9-]+, sasl_username={Login}");
    }
}
