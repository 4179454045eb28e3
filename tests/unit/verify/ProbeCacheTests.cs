using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Verify;

namespace MtaSuite.Tests.Unit.Verify;

/// <summary>When an address is known, when it is asked about again, and what replaces what.</summary>
public sealed class ProbeCacheTests
{
    private static readonly ProbeSettings Settings =
        new() { PositiveExpire = 10_000, PositiveRefresh = 5_000, NegativeExpire = 6_000, NegativeRefresh = 3_000 };
    private readonly List<string> _changes = [];
    private long _now = 1_000_000;

    [SetUp]
    public void Forget() => _changes.Clear();

    private ProbeCache Cache(ProbeSettings? settings = null) =>
        new(settings ?? Settings) { Changed = (key, entry) => _changes.Add($"{key} {entry?.Status.ToString() ?? "gone"}") };

    private (ProbeStatus, bool) Ask(ProbeCache cache, string key = "a@b") => (cache.Ask(key, _now, out bool probe).Status, probe);

    [Test]
    public void The_first_question_sends_one_probe_and_the_result_is_the_answer()
    {
        ProbeCache cache = Cache();
        Assert.That(Ask(cache), Is.EqualTo((ProbeStatus.Unknown, true)));
        Assert.That(Ask(cache), Is.EqualTo((ProbeStatus.Unknown, false)), "it is under way");
        Assert.That(cache.Pending, Is.EqualTo(1));
        cache.Update("a@b", ProbeStatus.Undeliverable, "no such user", _now);
        VerifyReply reply = cache.Ask("a@b", _now, out bool probe);
        Assert.That((reply.Status, reply.Text, probe, cache.Pending), Is.EqualTo((ProbeStatus.Undeliverable, "no such user", false, 0)));
    }

    [Test]
    public void A_lost_probe_is_sent_again()
    {
        ProbeCache cache = Cache();
        Ask(cache);
        _now += Settings.ProbeTime + 1;
        Assert.That(Ask(cache), Is.EqualTo((ProbeStatus.Unknown, true)));
        Assert.That(cache.Pending, Is.EqualTo(1));
        cache.Failed("a@b");
        Assert.That((cache.Count, cache.Pending), Is.EqualTo((0, 0)));
    }

    [TestCase(ProbeStatus.Deliverable, 5_000, 10_000)]
    [TestCase(ProbeStatus.Undeliverable, 3_000, 6_000)]
    [TestCase(ProbeStatus.Deferred, 3_000, 6_000)]
    public void A_result_counts_while_it_is_refreshed_and_not_after_it_expired(ProbeStatus status, int refresh, int expire)
    {
        ProbeCache cache = Cache();
        cache.Update("a@b", status, "", _now);
        _now += refresh;
        Assert.That(Ask(cache), Is.EqualTo((status, false)));
        _now += 1;
        Assert.That(Ask(cache), Is.EqualTo((status, true)));
        _now += expire - refresh;
        Assert.That(Ask(cache), Is.EqualTo((ProbeStatus.Unknown, true)));
    }

    [Test]
    public void A_failed_probe_does_not_replace_a_success_that_counts()
    {
        ProbeCache cache = Cache();
        cache.Update("a@b", ProbeStatus.Deliverable, "", _now);
        _now += Settings.PositiveRefresh + 1;
        Assert.That(Ask(cache), Is.EqualTo((ProbeStatus.Deliverable, true)));
        cache.Update("a@b", ProbeStatus.Deferred, "timeout", _now);
        Assert.That(Ask(cache), Is.EqualTo((ProbeStatus.Deliverable, true)), "and is tried again");
        _now += Settings.PositiveExpire;
        cache.Update("a@b", ProbeStatus.Deferred, "timeout", _now);
        Assert.That(Ask(cache), Is.EqualTo((ProbeStatus.Deferred, false)));
        Assert.That(_changes, Is.EqualTo(new[] { "a@b Deliverable", "a@b Deferred" }));
    }

    [Test]
    public void Without_the_negative_cache_a_failure_counts_for_those_who_wait()
    {
        ProbeCache cache = Cache(Settings with { NegativeCache = false, NegativeExpire = 60, NegativeRefresh = 60 });
        cache.Update("a@b", ProbeStatus.Undeliverable, "", _now);
        Assert.That(Ask(cache), Is.EqualTo((ProbeStatus.Undeliverable, false)));
        _now += 61;
        Assert.That(Ask(cache), Is.EqualTo((ProbeStatus.Unknown, true)));
        Assert.That((_changes, cache.Results), Is.EqualTo((new List<string>(), Enumerable.Empty<KeyValuePair<string, ProbeEntry>>())));
    }

    [Test]
    public void Probes_under_way_and_addresses_are_bounded()
    {
        ProbeCache cache = Cache(Settings with { PendingLimit = 3, Capacity = 10 });
        for (int i = 0; i < 3; i++) Assert.That(Ask(cache, $"{i}@p").Item2);
        VerifyReply reply = cache.Ask("3@p", _now, out bool probe);
        Assert.That((reply.Status, reply.Text, probe), Is.EqualTo((ProbeStatus.Unknown, ProbeCache.TooMany, false)));
        for (int i = 0; i < 50; i++) cache.Update($"{i}@q", ProbeStatus.Deliverable, "", _now + i);
        Assert.That(cache.Count, Is.InRange(5, 10));
        _now += 50;
        Assert.That(Ask(cache, "49@q"), Is.EqualTo((ProbeStatus.Deliverable, false)), "the oldest go first");
    }

    [Test]
    public void Cleaning_drops_what_has_expired()
    {
        ProbeCache cache = Cache();
        cache.Update("old@b", ProbeStatus.Undeliverable, "", _now);
        _now += 6_001;
        cache.Update("new@b", ProbeStatus.Undeliverable, "", _now);
        Assert.That((cache.Clean(_now), cache.Count), Is.EqualTo((1, 1)));
        Assert.That(_changes[^1], Is.EqualTo("old@b gone"));
    }

    [Test]
    public void A_record_survives_any_text([Values("", "plain", "tab\there", "line\r\nend\0", "back\\slash \\n", "é €")] string text)
    {
        string address = $"\"odd {text}\"@b";
        string line = ProbeRecord.Format(address, new ProbeEntry(ProbeStatus.Deferred, 0, 77, text));
        Assert.That(line.TrimEnd('\n'), Does.Not.Contain("\n"));
        Assert.That(ProbeRecord.TryParse(line[..^1], out string key, out ProbeEntry? entry));
        Assert.That((key, entry), Is.EqualTo((address, new ProbeEntry(ProbeStatus.Deferred, 0, 77, text))));
        for (int cut = 0; cut < line.Length - 1; cut++) ProbeRecord.TryParse(line[..cut], out _, out _);
    }
}
