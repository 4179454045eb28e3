using MtaSuite.Common.Mail;
using MtaSuite.Qmgr.Scheduling;

namespace MtaSuite.Tests.Unit.Qmgr;

/// <summary>Which delivery comes next, and what a destination's failures lead to.</summary>
public sealed class SchedulerTests
{
    private static string[] Many(int count, string nexthop) => [.. Enumerable.Repeat(nexthop, count)];

    private static string[] Different(int count, string name) => [.. Enumerable.Range(0, count).Select(i => $"{name}{i}")];

    [Test]
    public void Jobs_go_in_order_as_far_as_their_destinations_have_room()
    {
        SchedulerBench b = new("t_destination_recipient_limit = 3\nt_destination_concurrency_limit = 2");
        b.Send("a", Many(9, "X"));
        b.Send("b", "X");
        b.Send("c", "Y");
        Assert.That(b.Take(), Is.EqualTo("aac"));
        b.Finish("X", 1);
        Assert.That(b.Take(), Is.EqualTo("a"), "three deliveries are too few to be overtaken");
        b.Finish();
        Assert.That(b.Take(), Is.EqualTo("b"));
        b.Finish();
        Assert.That((b.Done, b.T.Destinations.Count, b.T.Running), Is.EqualTo((11, 0, 0)));
    }

    [Test]
    public void The_transport_s_maxproc_is_its_concurrency()
    {
        SchedulerBench b = new("", limit: 1);
        b.Send("a", "X", "Y", "Z");
        for (int i = 1; i <= 3; i++)
        {
            Assert.That(b.RunningCount, Is.EqualTo(1));
            b.Finish();
        }
        Assert.That(b.Begun, Is.EqualTo(new[] { "a>X", "a>Y", "a>Z" }));
    }

    [Test]
    public void Destinations_of_one_job_go_in_turn()
    {
        SchedulerBench b = new("t_destination_recipient_limit = 2\ninitial_destination_concurrency = 20", limit: 1);
        b.Send("a", [.. Many(6, "X"), .. Many(6, "Y")]);
        while (b.Finish() > 0) { }
        Assert.That(string.Concat(b.Begun.Select(x => x[^1])), Is.EqualTo("XYXYXY"));
    }

    [Test]
    public void A_single_letter_overtakes_a_list_where_the_transport_is_the_limit()
    {
        SchedulerBench b = new("", limit: 1);
        b.Send("L", Different(1000, "d"));
        b.Send("s", "elsewhere");
        b.Finish();
        Assert.That(b.Take(), Is.EqualTo("Ls"), "the loan lets it go at once");
    }

    [Test]
    public void A_single_letter_overtakes_a_list_where_the_destination_is_the_limit()
    {
        SchedulerBench b = new("t_destination_recipient_limit = 2");
        b.Send("L", Many(2000, "X"));
        b.Send("s", "X");
        Assert.That(b.Take(), Is.EqualTo("LL"));
        b.Finish("X", 1);
        Assert.That(b.Take(), Does.StartWith("s"));
    }

    [Test]
    public void A_list_is_not_delayed_by_more_than_its_slots_cost()
    {
        SchedulerBench b = new("t_delivery_slot_cost = 5\nt_delivery_slot_loan = 0\nt_delivery_slot_discount = 0", limit: 1);
        b.Send("L", Different(600, "d"));
        for (int i = 0; i < 300; i++) b.Send("s", $"e{i}");
        while (b.Begun.Count < 600) b.Finish();
        string order = b.Take();
        Assert.That(order.Count(c => c == 's'), Is.InRange(95, 101), "one in six");
        Assert.That(order[..13], Is.EqualTo("LLLLLsLLLLLsL"));
    }

    [Test]
    public void With_no_cost_nothing_is_overtaken()
    {
        SchedulerBench b = new("t_delivery_slot_cost = 0", limit: 1);
        b.Send("L", Different(100, "d"));
        b.Send("s", "e");
        for (int i = 0; i < 99; i++) b.Finish();
        Assert.That(b.Take(), Is.EqualTo(new string('L', 100)));
    }

    [Test]
    public void The_smallest_goes_first_and_one_that_overtakes_goes_whole()
    {
        SchedulerBench b = new("t_delivery_slot_loan = 3\nt_delivery_slot_discount = 0", limit: 1);
        b.Send("L", Different(1000, "d"));
        b.Send("m", Different(3, "e"));
        b.Send("s", "f");
        for (int i = 0; i < 25; i++) b.Finish();
        string order = b.Take();
        Assert.That(order, Does.StartWith("LsL").And.Contain("mmm").And.Not.Contain("mL" + "m"));
        Assert.That(order.IndexOf('m'), Is.EqualTo(6), "of a loan of three slots s took one: five deliveries are to be waited for");
    }

    [Test]
    public void A_thousand_destinations_of_which_a_tenth_fails_do_not_delay_one_another()
    {
        SchedulerBench b = new("t_destination_recipient_limit = 2", limit: 300);
        for (int i = 0; i < 10_000; i++) b.Send($"{i % 1000}", $"d{i % 1000}");
        int turns = 0;
        // a failing one keeps its connections open a hundred times as long as the others
        while (b.Done < 9000)
        {
            Assert.That(++turns, Is.LessThan(100));
            foreach (string key in b.RunningKeys.Where(k => k[^1] != '7')) b.Finish(key);
        }
        Assert.That(b.RunningKeys.All(k => k[^1] == '7'));
        while (b.Finish(siteFailed: true) > 0) { }
        Assert.That(b.T.Destinations.Count(d => d.IsDead), Is.EqualTo(100));
        Assert.That(b.Failures, Has.Count.EqualTo(1000 - 200), "two attempts each, the rest without one");
    }

    [Test]
    public void A_dead_destination_s_mail_is_deferred_with_the_reason_until_it_revives()
    {
        SchedulerBench b = new("minimal_backoff_time = 300s");
        for (int i = 0; i < 10; i++) b.Send("m", "X");
        b.Finish(most: 2, siteFailed: true); // 1/2, then 1/1 of a cohort
        Assert.That(b.Failures, Has.Count.EqualTo(8));
        Assert.That(b.Failures[0].Outcome.Status.ToString(), Is.EqualTo("4.4.1"));
        Assert.That(b.Failures[0].Outcome.Text, Is.EqualTo("delivery temporarily suspended: connect to host: Connection refused"));
        b.Begun.Clear();
        b.Pass(299);
        b.Send("n", "X");
        Assert.That((b.Failures.Count, b.Begun.Count), Is.EqualTo((9, 0)), "nothing is tried meanwhile");
        b.Pass(2);
        Assert.That(b.T.Destinations, Is.Empty);
        b.Send("n", "X");
        Assert.That(b.Take(), Is.EqualTo("n"));
        Assert.That(b.T.Destinations.Single().Window.Size, Is.EqualTo(2), "from the beginning");
    }

    [Test]
    public void Failures_of_single_messages_add_up_for_a_while()
    {
        SchedulerBench b = new("minimal_backoff_time = 300s");
        for (int i = 0; i < 2; i++)
        {
            b.Send("m", "X");
            b.Finish(siteFailed: true);
            b.Pass(100);
        }
        Assert.That(b.T.Destinations.Single().IsDead);
        b.Send("n", "X");
        Assert.That(b.Failures, Has.Count.EqualTo(1));
        b.Pass(301);
        b.Send("m", "X");
        b.Finish(siteFailed: true);
        b.Pass(301);
        Assert.That(b.T.Destinations, Is.Empty, "forgotten in the end");
    }

    [Test]
    public void Who_asks_for_it_gets_a_dead_destination_tried_again()
    {
        SchedulerBench b = new("initial_destination_concurrency = 1");
        b.Send("m", "X");
        b.Finish(siteFailed: true);
        b.Send("n", "X");
        Assert.That(b.Failures, Has.Count.EqualTo(1));
        b.Send("f", "s@x", true, "X");
        Assert.That(b.Take(), Is.EqualTo("mf"));
        b.Finish(siteFailed: true);
        b.Scheduler.ResumeAll();
        b.Send("o", "X");
        Assert.That(b.Take(), Is.EqualTo("o"));
    }

    [Test]
    public void A_success_that_was_under_way_revives_it()
    {
        SchedulerBench b = new("initial_destination_concurrency = 5");
        for (int i = 0; i < 5; i++) b.Send("m", "X");
        b.Finish(most: 4, siteFailed: true);
        Assert.That(b.T.Destinations.Single().IsDead);
        b.Finish();
        Assert.That(b.T.Destinations, Is.Empty);
        b.Send("n", "X");
        Assert.That(b.RunningCount, Is.EqualTo(1));
    }

    [Test]
    public void Pauses_between_deliveries()
    {
        SchedulerBench b = new("t_destination_rate_delay = 10s\nt_destination_recipient_limit = 5");
        for (int i = 0; i < 3; i++) b.Send("x", "X");
        b.Send("y", "Y");
        Assert.That(b.Take(), Is.EqualTo("xy"));
        b.Pass(20);
        b.Finish();
        Assert.That(b.Take(), Is.Empty, "the pause begins at the end");
        b.Pass(9.9);
        Assert.That(b.Take(), Is.Empty);
        b.Pass(0.2);
        Assert.That(b.Take(), Is.EqualTo("x"));
        b.Finish();
        b.Pass(11);
        Assert.That(b.Take(), Is.EqualTo("x"));
        b.Finish();
        b.Pass(11);
        Assert.That(b.T.Destinations, Is.Empty);
    }

    [Test]
    public void A_pause_of_the_whole_transport()
    {
        SchedulerBench b = new("t_transport_rate_delay = 10s");
        for (int i = 0; i < 3; i++) b.Send("x", $"X{i}");
        Assert.That(b.Take(), Is.EqualTo("x"));
        b.Finish();
        b.Pass(9.9);
        Assert.That(b.Take(), Is.Empty);
        b.Pass(0.2);
        Assert.That(b.Take(), Is.EqualTo("x"));
    }

    [Test]
    public void A_destination_s_rate_holds_and_those_who_would_wait_long_come_again_one_by_one()
    {
        SchedulerBench b = new("t_destination_rate = 3/30s\ninitial_destination_concurrency = 10");
        for (int i = 0; i < 20; i++) b.Send("x", "X");
        Assert.That(b.Take(), Is.EqualTo("xxx"));
        Assert.That(b.Failures, Has.Count.InRange(8, 14), "what two periods can take waits here");
        Assert.That(b.Failures.Select(f => f.Wait), Is.Ordered.And.Unique);
        Assert.That(b.Failures[0].Outcome.Text, Is.EqualTo("delivery temporarily suspended: rate limit of 3/30s for X"));
        b.Finish();
        b.Pass(29);
        Assert.That(b.Take(), Is.Empty);
        b.Pass(2);
        Assert.That(b.Take(), Is.EqualTo("xxx"));
    }

    [Test]
    public void A_sender_s_rate_holds_for_him_alone()
    {
        SchedulerBench b = new("t_sender_rate = 2/10s\ninitial_destination_concurrency = 10");
        for (int i = 0; i < 3; i++) b.Send("a", "a@x", false, $"X{i}");
        b.Send("b", "b@x", false, "X");
        Assert.That(b.Take(), Is.EqualTo("aab"));
        b.Pass(11);
        Assert.That(b.Take(), Is.EqualTo("a"));
        b.Finish();
        b.Pass(30);
        Assert.That(b.T.Senders, Is.Empty);
    }

    [Test]
    public void An_agent_that_dies_gets_the_job_again_twice()
    {
        SchedulerBench b = new();
        b.Send("m", "X");
        for (int i = 0; i < 3; i++)
        {
            Assert.That(b.Take(), Is.EqualTo("m"));
            b.Lose();
            b.Pass(1.1);
        }
        Assert.That(b.Failures.Single().Outcome.Text, Is.EqualTo("delivery agent failed: gone"));
        Assert.That(b.T.Destinations, Is.Empty);
    }

    [Test]
    public void A_transport_that_cannot_be_reached_rests()
    {
        SchedulerBench b = new("transport_retry_time = 60s") { AgentsAway = true };
        for (int i = 0; i < 5; i++) b.Send("m", $"X{i}");
        Assert.That(b.Failures.TrueForAll(f => f.Outcome.Text == "mail transport unavailable"));
        Assert.That((b.Failures.Count, b.T.Destinations.Count), Is.EqualTo((1 + 4, 0)).Or.EqualTo((5, 0)));
        Assert.That(b.Scheduler.Unavailable(b.T), Is.Not.Null);
        b.Pass(61);
        Assert.That(b.Scheduler.Unavailable(b.T), Is.Null);
        Assert.That(b.Scheduler.Unavailable(b.Scheduler.Find("nosuch"), forced: true)!.Text, Is.EqualTo("mail transport unavailable"));
    }

    [Test]
    public void Deferred_transports_wait_for_a_flush()
    {
        SchedulerBench b = new("defer_transports = t");
        Assert.That(b.Scheduler.Unavailable(b.T)!.Text, Is.EqualTo("deferred transport"));
        Assert.That(b.Scheduler.Unavailable(b.T, forced: true), Is.Null);
    }

    [Test]
    public void Fifty_thousand_recipients_are_no_trouble()
    {
        SchedulerBench b = new("", limit: 100);
        b.Send("L", Different(50_000, "d"));
        while (b.Finish() > 0) { }
        Assert.That((b.Done, b.T.Destinations.Count), Is.EqualTo((50_000, 0)));
    }
}
