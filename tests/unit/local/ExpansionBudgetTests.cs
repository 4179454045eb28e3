using MtaSuite.Common.Mail;
using MtaSuite.Local;
using MtaSuite.Local.Expansion;
using MtaSuite.Tests.Unit.Tables;

namespace MtaSuite.Tests.Unit.Local;

/// <summary>A recipient that stands for too much is deferred with the reason, after a bounded amount of work.</summary>
public sealed class ExpansionBudgetTests
{
    private LocalFixture _fix = null!;

    [SetUp]
    public void SetUp() => _fix = new LocalFixture();

    [TearDown]
    public void TearDown() => _fix.Dispose();

    private string Me => _fix.Me.Name;

    private static string Lines(int count, Func<int, string> line) => string.Concat(Enumerable.Range(0, count).Select(i => line(i) + "\n"));

    private Outcome Forward(string text)
    {
        string path = _fix.Write("forward", text);
        _fix.Settings = _fix.Settings with { ForwardPath = [path] };
        return _fix.Deliver($"{Me}@example.com");
    }

    private void ExpectStopped(Outcome outcome, string limit)
    {
        Assert.That((outcome.Status.ToString(), outcome.Text), Is.EqualTo(("4.2.4", $"expansion stopped: {limit}")));
        Assert.That(_fix.Forwards, Is.Empty, "nothing goes out");
        Assert.That(_fix.Warnings, Has.Count.LessThan(ExpansionBudget.MaxWarnings + 5));
    }

    [Test]
    public void Time_counts_but_for_deliveries_and_commands()
    {
        ManualClock clock = new();
        ExpansionBudget budget = new(0, 0, 0, clock);
        using (budget.Pause()) clock.Advance(TimeSpan.FromMinutes(10));
        clock.Advance(TimeSpan.FromMinutes(4));
        Assert.That((budget.TakeDestination(), budget.Exceeded), Is.EqualTo((true, (string?)null)));
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.That((budget.TakeDestination(), budget.Exceeded), Is.EqualTo((false, "more than 300 seconds")));
    }

    [Test]
    public void Many_spellings_of_one_file_and_a_file_that_includes_itself_twice_end_soon()
    {
        string empty = _fix.Write("empty", ""), twice = $"{_fix.Root}/twice";
        File.WriteAllText(twice, $":include:{twice}\n:include:{_fix.Root}//twice\n");
        string text = Lines(1098, i => $":include:{new string('/', i % 200)}{empty}{(i < 200 ? "" : i)}");
        ExpectStopped(Forward($"{text}:include:{twice}\n"), "more than 500 included files");
    }

    [Test]
    public void A_full_duplicate_filter_is_a_temporary_failure()
    {
        _fix.Settings = _fix.Settings with { DuplicateFilterLimit = 50 };
        ExpectStopped(Forward(Lines(100, i => $"u{i}@remote.example")),
            "more than 50 entries in the duplicate filter (duplicate_filter_limit)");
    }

    [Test]
    public void Long_lists_are_no_trouble()
    {
        const int members = 5000;
        Assert.That(Forward(Lines(members, i => $"u{i}@remote.example")).Text, Is.EqualTo("forwarded as NEWID"));
        Assert.That(_fix.Forwards.Single().Recipients, Has.Count.EqualTo(members));
    }

    [Test]
    public void Too_many_destinations()
    {
        _fix.Settings = _fix.Settings with { ExpansionLimit = 100 };
        string list = string.Join(',', Enumerable.Range(0, 101).Select(i => $"u{i}@remote.example"));
        ExpectStopped(Forward(list), "more than 100 destinations (local_expansion_limit)");
    }

    [Test]
    public void Too_many_lines_that_say_nothing()
    {
        _fix.Settings = _fix.Settings with { ExpansionLimit = 100 };
        ExpectStopped(Forward(new string('\n', 300)), "more than 200 lines in lists (twice local_expansion_limit)");
    }

    [Test]
    public void Too_many_bytes_in_small_files()
    {
        _fix.Settings = _fix.Settings with { ListSizeLimit = 1000 };
        string[] files = [.. Enumerable.Range(0, 5).Select(i => _fix.Write($"part{i}", new string('#', 300) + "\n"))];
        ExpectStopped(Forward(Lines(files.Length, i => $":include:{files[i]}")), "more than 1000 bytes in lists (local_list_size_limit)");
    }

    [Test]
    public void Warnings_and_failures_are_bounded()
    {
        Outcome outcome = Forward(Lines(400, i => $":include:/nonexistent/{i}"));
        Assert.That(outcome.IsPermanent);
        Assert.That(_fix.Warnings, Has.Count.EqualTo(ExpansionBudget.MaxWarnings + 1));
        _fix.Warnings.Clear();
        ExpectStopped(Forward(Lines(5000, i => $"\"bad address {i}\"")), "more than 1000 failed deliveries");
    }

    [Test]
    public void What_somebody_has_got_already_is_not_delivered_again_for_days()
    {
        string files = string.Join(", ", Enumerable.Range(0, 20).Select(i => $"/nonexistent{i}/f"));
        _fix.Settings = _fix.Settings with { ExpansionLimit = 10, AliasMaps = LocalFixture.Table($"a = {Me}, {files}") };
        DeliveryJob job = _fix.Job("a@example.com");
        Assert.That(_fix.Deliver(job).Outcome.IsPermanent);
        Assert.That(job.Steps.Count(s => s.Outcome.IsOk), Is.EqualTo(1));
        Assert.That(job.Steps.Exists(s => s.Outcome.Text.StartsWith("expansion stopped")));
    }
}
