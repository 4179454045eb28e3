using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.E2e;

/// <summary>sendmail -t leaves nobody out in silence, however long the header is.</summary>
[TestFixture]
public class ManyRecipients : InstanceTest
{
    private const int Limit = 50_000, Each = 5000;

    protected override string[] Settings => ["transport_maps=inline:{many.example=discard:}", "maximal_queue_lifetime=1d"];

    private static string Message(string subject, int count, string more = "") =>
        $"Subject: {subject}\nTo: {string.Join(", ", Enumerable.Range(0, count).Select(i => $"user{i}@many.example"))}\n{more}\nbody\n";

    [Test]
    public void Each_of_fifty_thousand_recipients_gets_the_mail()
    {
        int mark = Mta.LogMark();
        Mta.Sendmail(Message("many", Limit), "-t", "-f", Address).Succeeded();
        const string sent = @"to=<user\d+@many\.example>.* status=sent ";
        // as long as it goes on it is well
        for (int count = 0; count < Limit;)
        {
            int before = count;
            Wait.Until(() => (count = Mta.CountLog(sent, mark)) > before, () => $"more than {before} deliveries");
        }
        Mta.WaitForLog(@"header_size_limit: header field To is cut to 102400 bytes$", mark);
        Mta.WaitUntilEmpty();
        Assert.That(Mta.CountLog(sent, mark), Is.EqualTo(Limit));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void One_too_many_and_nothing_is_sent(bool running)
    {
        if (!running) Mta.Stop();
        try
        {
            ProgramResult result = Mta.Sendmail(Message("too many", Limit, $"Bcc: {Address}\n"), "-t", "-f", "s@a.test");
            Assert.That((result.ExitCode, result.Error), Is.EqualTo((65, TooMany(Limit + 1))));
            string[] operands = [.. Enumerable.Range(0, Limit / Each + 1).Select(Operand)];
            result = Mta.Sendmail("Subject: x\n\nbody\n", ["-f", "s@a.test", .. operands]);
            Assert.That((result.ExitCode, result.Error), Is.EqualTo((65, TooMany(Limit + Each))));
            Assert.That(Mta.Queued("maildrop", "incoming", "active", "deferred", "corrupt"), Is.Empty);
        }
        finally
        {
            if (!running) Mta.Start();
        }
    }

    private static string Operand(int i) => string.Join(',', Enumerable.Range(0, Each).Select(j => $"u{i}.{j}@m.test"));

    private static string TooMany(int count) =>
        $"sendmail: fatal: s@a.test({Common.Native.Credentials.GetUid()}): too many recipients: {count}, and {Limit} is the limit\n";

    [Test]
    public void What_was_submitted_while_the_system_was_down_has_all_its_recipients()
    {
        const int many = 3000;
        Mta.Stop();
        Mta.Sendmail(Message("down", many, $"Bcc: {Address}\n"), "-t", "-N", "never", "-f", Address).Succeeded();
        string id = Mta.Queued("maildrop").Single();
        int mark = Mta.LogMark();
        Mta.Start();
        Wait.Until(() => Mta.Queued("maildrop").Length == 0, "an empty maildrop");
        Mta.WaitForLog($"orig_id={id}$", mark);
        Mail mail = Mta.Delivered("Subject: down");
        Assert.That(mail.Head, Does.Not.Contain("Bcc:"));
        Mta.WaitForLog($@"size=\d+, nrcpt={many + 1} ", mark);
        Mta.WaitUntilEmpty();
    }

    [Test]
    public void A_sender_that_is_several_addresses_is_told()
    {
        ProgramResult result = Mta.Sendmail("Subject: sender\n\nbody\n", "-f", "a b@c.test", Address).Succeeded();
        Assert.That(result.Error, Is.EqualTo("sendmail: warning: -f option specified malformed sender: a b@c.test\n"));
        Assert.That(Mta.Delivered("Subject: sender").Header("Return-Path"), Is.EqualTo($"<a@{Instance.HostName}>"));
    }
}
