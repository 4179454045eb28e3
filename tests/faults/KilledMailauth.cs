using System.Text;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Authentication.Messages;
using MtaSuite.Tests.E2e.Harness;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Faults;

/// <summary>
/// kill -9 of mailauth at any moment while clients keep sending, with milter_default_action = tempfail: what was accepted arrives once,
/// and nothing arrives without a signature that holds.
/// </summary>
[TestFixture, Category("e2e")]
public class KilledMailauth
{
    private const string Domain = "signed.example";
    private static readonly int s_rounds = int.TryParse(Environment.GetEnvironmentVariable("FAULT_ROUNDS"), out int n) ? n : 4;

    [Test]
    public void Nothing_is_lost_and_nothing_leaves_unsigned()
    {
        using Instance mta = Instance.Create("smtpd_milters=unix:private/mailauth", "milter_default_action=tempfail", "notify_classes=",
            "minimal_backoff_time=1s", "maximal_backoff_time=2s", "queue_run_delay=1s");
        SigningKeys keys = new(mta.Folder);
        mta.Configure($"mailauth_signing_table=inline:{{{{127.0.0.1={keys.Rsa}:{Domain}}}}}");
        mta.Start();
        try { Kill(mta); }
        catch (AssertionException)
        {
            TestContext.Out.WriteLine(mta.Describe());
            throw;
        }
        mta.Stop();
        Assert.That(mta.LogText(), Does.Not.Contain("panic:"));
    }

    private static void Kill(Instance mta)
    {
        using SteadyClients small = SteadyClients.OverSmtp(mta, 6), large = SteadyClients.OverSmtp(mta, 2, size: 200_000);
        Random random = new(17);
        for (int round = 0; round < s_rounds; round++)
        {
            small.WaitForMore(random.Next(3, 30));
            int pid = mta.SettledPid("mailauth");
            Assert.That(mta.Signal(Instance.SIGKILL, "mailauth"), Is.Positive);
            Wait.Until(() => mta.Pids("mailauth") is var now && now.Length > 0 && !now.Contains(pid), "a new mailauth");
        }
        small.WaitForMore(10);
        large.WaitForMore(1);
        small.Dispose();
        large.Dispose();
        small.FinishAndCheck(duplicatesAllowed: false);
        large.FinishAndCheck(duplicatesAllowed: false);
        List<Mail> all = mta.Mailbox();
        Assert.That(all, Is.Not.Empty);
        OnLoop.Run(async _ =>
        {
            foreach (Mail mail in all) Assert.That(await VerdictAsync(mail), Is.EqualTo(DkimVerdict.Pass), mail.Head);
        });
    }

    /// <summary>The verdict on the only signature of a message; None: it has not exactly one.</summary>
    private static async Task<DkimVerdict> VerdictAsync(Mail mail)
    {
        MessageReader reader = new(new MemoryStream(Encoding.Latin1.GetBytes(mail.Text)));
        MessageHeader header = reader.ReadHeader();
        using BodyHashes hashes = new();
        DkimVerifier verifier = new(header, hashes, DkimLimits.Default, DateTimeOffset.UtcNow);
        while (reader.ReadBody(out ReadOnlySpan<byte> piece)) hashes.Append(piece);
        hashes.Complete();
        IReadOnlyList<DkimResult> results = await verifier.VerifyAsync(new Keys());
        return results is [var one] ? one.Verdict : DkimVerdict.None;
    }

    private sealed class Keys : IDkimKeys
    {
        private readonly DkimKeyCache _cache = new(DkimLimits.Default);

        public ValueTask<DkimKeyAnswer> FindAsync(string selector, string domain)
        {
            string record = SigningKeys.Records(domain)[0];
            return new(_cache.Find(record[(record.IndexOf("TXT ", StringComparison.Ordinal) + 4)..]));
        }
    }
}
