using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>One instance sends all its mail through another one that plays the provider and lets in those alone who log in.</summary>
[TestFixture]
public class SmartHost : InstanceTest
{
    private const string Login = "customer@provider.example", Password = "pa:ss word";
    private Instance? _provider;

    private Instance Provider => _provider ?? throw new InvalidOperationException("no provider");

    protected override void Prepare()
    {
        _provider = Instance.Create("smtpd_sasl_failure_delay=0",
            $"virtual_alias_maps=inline:{{{{someone@far.example={Instance.Address}}}}}", "virtual_alias_domains=far.example");
        Programs.Run($"{Programs.Build}/sbin/postpasswd", ["-c", _provider.Etc, Login], Password + "\n").Succeeded();
        _provider.Start();
        Mta.Configure($"relayhost=[127.0.0.1]:{_provider.SubmissionPort}", "smtp_sasl_auth_enable=yes",
            "smtp_sasl_tls_security_options=noanonymous",
            "smtp_tls_security_level=encrypt", $"smtp_sasl_password_maps=hash:{Mta.Etc}/sasl_passwd", "minimal_backoff_time=1s",
                "queue_run_delay=1s",
            $"default_transport=smtp", "transport_retry_time=1s");
        SetPassword(Password);
    }

    private void SetPassword(string password)
    {
        File.WriteAllText($"{Mta.Etc}/sasl_passwd", $"[127.0.0.1]:{Provider.SubmissionPort} {Login}:{password}\n");
        // as docs/TLS.md has it; the table gets the same mode
        File.SetUnixFileMode($"{Mta.Etc}/sasl_passwd", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Mta.Command("postmap", "", $"hash:{Mta.Etc}/sasl_passwd").Succeeded();
    }

    [OneTimeTearDown]
    public void StopProvider()
    {
        _provider?.Stop();
        _provider?.Dispose();
    }

    private string Send(string subject) =>
        Mta.Sendmail($"Subject: {subject}\nTo: someone@far.example\n\nx\n", "-f", "me@mx.test.example", "someone@far.example")
        .Succeeded().Output;

    [Test, Order(1)]
    public void Mail_goes_through_the_provider()
    {
        Send("by smart host");
        Mail mail = Provider.Delivered("Subject: by smart host");
        Assert.That(mail.Header("Return-Path"), Is.EqualTo("<me@mx.test.example>"));
        Provider.WaitForLog($"sasl_method=SCRAM-SHA-256-PLUS, sasl_username={Login}");
        Mta.WaitForLog(@"to=<someone@far\.example>, relay=.*\[127\.0\.0\.1\]:\d+, .*status=sent ");
        Assert.That(Mta.LogText() + Provider.LogText(), Does.Not.Contain(Password));
    }

    [Test, Order(2)]
    public void A_wrong_password_defers_with_the_providers_words()
    {
        SetPassword("wrong");
        Mta.Reload();
        int mark = Mta.LogMark();
        Send("later");
        Mta.WaitForLog(
            @"status=deferred \(SASL authentication failed; cannot authenticate to server \S+: .*|status=deferred \(SASL "
            + @"authentication failed; server \S+\[127\.0\.0\.1\] said: 535 5\.7\.8 Error: authentication failed", mark);
        SetPassword(Password);
        Mta.Reload();
        Mta.Command("postqueue", "", "-f").Succeeded();
        Provider.Delivered("Subject: later");
    }

    [Test, Order(3)]
    public void Without_a_mechanism_that_may_be_used_nothing_is_sent()
    {
        Mta.Configure("smtp_sasl_mechanism_filter=cram-md5");
        Mta.Reload();
        int mark = Mta.LogMark();
        Send("kept back");
        Mta.WaitForLog(
            @"status=deferred \(SASL authentication failed; cannot authenticate to server \S+\[127\.0\.0\.1\]\S*: no mechanism available\)",
            mark);
        Mta.Configure("smtp_sasl_mechanism_filter=plain");
        Mta.Reload();
        Mta.Command("postqueue", "", "-f").Succeeded();
        Provider.Delivered("Subject: kept back");
        Provider.WaitForLog($"sasl_method=PLAIN, sasl_username={Login}");
    }
}
