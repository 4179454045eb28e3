using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Milter;

/// <summary>milter_header_checks: each field that a milter adds, inserts or changes is looked at, and what each action does.</summary>
public sealed class MilterHeaderChecksTests : MilterBenchTest
{
    private const string Rules = """
        milter_header_checks = pcre:{ {/^X-Reject: (.*)/ REJECT 5.7.9 no $$1} {/^X-Later:/ REJECT 4.7.9 not now} {/^X-Drop:/ DISCARD}
          {/^X-Hold:/ HOLD looks odd} {/^X-Filter:/ FILTER smtp:[127.0.0.1]:10025} {/^X-To:/ REDIRECT other@x.test}
          {/^X-Copy:/ BCC copy@x.test} {/^X-Old-Name: (.*)/ REPLACE X-New-Name: <$$1>} {/^X-Ignore:/ IGNORE} {/^X-Strip:/ STRIP bye}
          {/^X-Warn:/ WARN look} {/^X-Info:/ INFO note} {/^X-Prepend:/ PREPEND X-No: 1} {/^X-Pass:/ PASS} {/^X-Dunno:/ DUNNO}
          {/^Subject: changed/ REPLACE Subject: checked} {/^X-Kept: other/ IGNORE} {/^X-Folded: one.*two$$/ REPLACE X-Folded: both} }
        """;

    private static byte[] Add(string name, string value) => P('h', $"{name}\0{value}\0");

    /// <summary>A message whose milter makes these changes at its end.</summary>
    private void With(byte[][] edits, Func<string, Task> check, string config = "")
    {
        Make($"{Rules}\n{config}");
        Bench.Run(async () =>
        {
            Bench.Milter.Script = h => (char)h.Command == 'E' ? [.. edits, P('c')] : null;
            await check((await Bench.SendAsync())[^1]);
        });
    }

    private void Refused(byte[][] edits, string reply, string line) => With(edits, last =>
    {
        Assert.That(last, Is.EqualTo(reply));
        Assert.That(Bench.Queued().Concat(Bench.Queued("hold")), Is.Empty);
        Assert.That(Bench.LogLines().Where(l => l.Contains("reject: ")), Is.EqualTo(new[] { Bench.LogLines().Single(l =>
            l.EndsWith(line, StringComparison.Ordinal)) }), "one line for one refusal");
        return Task.CompletedTask;
    });

    [Test]
    public void Reject_answers_the_client_and_is_logged_once() => Refused([Add("X-Reject", "this"), Add("X-Reject", "that")],
        "550 5.7.9 no this", "milter-header-reject: header X-Reject: this from unknown[192.0.2.7]; from=<s@from.test> to=<a@local.test> "
            + "proto=ESMTP helo=<client.test>: 5.7.9 no this");

    [Test]
    public void Reject_with_a_temporary_status_is_answered_with_451() =>
        Refused([Add("X-Later", "1")], "451 4.7.9 not now", ": 4.7.9 not now");

    [Test]
    public void What_the_milter_says_behind_a_refused_field_counts_no_more([Values('r', 't', 'd', 'a')] char last) =>
        Refused([Add("X-Reject", "this"), P('q', "why\0"), P(last)], "550 5.7.9 no this", ": 5.7.9 no this");

    [Test]
    public void Discard_takes_the_message_and_queues_nothing() => With([Add("X-Drop", "1"), P('r')], last =>
    {
        Assert.That(last, Does.StartWith("250 2.0.0 Ok"));
        Assert.That(Bench.Queued(), Is.Empty);
        Assert.That(Bench.LogLines(), Has.Some.Contains("milter-header-discard: header X-Drop: 1 from unknown[192.0.2.7];"));
        Assert.That(Bench.LogLines(), Has.None.Contains("milter-reject"));
        return Task.CompletedTask;
    });

    [Test]
    public void Hold_filter_redirect_and_bcc_go_into_the_envelope() =>
        With([Add("X-Hold", "1"), Add("X-Filter", "1"), Add("X-Copy", "1"), Add("X-To", "1"), Add("X-Reject", "behind the last check")],
            last =>
            {
                Assert.That(last, Does.StartWith("250"));
                Envelope e = Bench.OnlyEnvelope("hold");
                Assert.That((e.Filter, e.Redirect), Is.EqualTo(("smtp:[127.0.0.1]:10025", "other@x.test")));
                Assert.That(e.Recipients.Select(r => (r.Address, r.Notify)), Does.Contain(("copy@x.test", Notify.Never)));
                foreach (string name in (string[])["hold: header X-Hold", "filter: header X-Filter", "bcc: header X-Copy",
                    "redirect: header X-To"])
                    Assert.That(Bench.LogLines(), Has.Some.Contains($"milter-header-{name}: 1 from unknown[192.0.2.7];"));
                Assert.That(Bench.Only("hold"), Does.Contain("\nX-Reject: behind the last check\n"), "REDIRECT ends the checks");
                return Task.CompletedTask;
            });

    [Test]
    public void Fields_are_replaced_and_left_out_whichever_way_they_come() => With(
        [
            Add("X-Old-Name", "a"), P('i', "\0\0\0\u0001X-Old-Name\0b\0"), P('m', "\0\0\0\u0001Subject\0changed\0"),
            P('m', "\0\0\0\u0001X-Old-Name\0c\0"), Add("X-Ignore", "1"), Add("X-Strip", "1"), P('i', "\0\0\0\0X-Ignore\0top\0"),
            P('m', "\0\0\0\u0001X-Ignore\0as new\0"), Add("X-Folded", "one\n two"), Add("X-Kept", "this"),
            P('m', "\0\0\0\u0001X-Kept\0other\0"), P('m', "\0\0\0\u0001X-Old\0\0"),
        ],
        last =>
        {
            Assert.That(last, Does.StartWith("250"));
            string content = Bench.Only();
            Assert.That(content, Does.Contain("\nX-New-Name: <a>\n").And.Contain("\nX-New-Name: <b>\n").And.Contain("\nX-New-Name: <c>\n")
                .And.Contain("\nSubject: checked\n").And.Contain("\nX-Folded: both\n")
                .And.Contain("\nX-Kept: this\n"), "a change that is left out changes nothing");
            Assert.That(content, Does.Not.Contain("X-Ignore").And.Not.Contain("X-Strip").And.Not.Contain("\nX-Old:"));
            Assert.That(Bench.LogLines(), Has.Some.Contains("milter-header-strip: header X-Strip: 1 from")
                .And.Some.Contains("milter-header-replace: header Subject: changed from"));
            Assert.That(Bench.LogLines(), Has.None.Contains("milter-header-ignore"));
            return Task.CompletedTask;
        });

    [Test]
    public void Warn_and_info_are_lines_in_the_log_and_what_means_nothing_there_is_a_warning() =>
        With([Add("X-Warn", "1"), Add("X-Info", "1"), Add("X-Prepend", "1"), Add("X-Pass", "1"), Add("X-Dunno", "1")], last =>
        {
            Assert.That(last, Does.StartWith("250"));
            Assert.That(Bench.LogLines(), Has.Some.Match("milter-header-warning: header X-Warn: 1 from .*: look$")
                .And.Some.Match("milter-header-info: header X-Info: 1 from .*: note$")
                .And.Some.EqualTo("warning: unsupported command in milter_header_checks map: PREPEND X-No: 1")
                .And.Some.EqualTo("warning: unsupported command in milter_header_checks map: PASS"));
            Assert.That(Bench.Only(), Does.Contain("\nX-Warn: 1\nX-Info: 1\nX-Prepend: 1\nX-Pass: 1\nX-Dunno: 1\n"));
            return Task.CompletedTask;
        });

    [Test]
    public void A_table_that_cannot_be_asked_takes_no_mail()
    {
        Make("milter_header_checks = fail:broken");
        Bench.Run(async () =>
        {
            Bench.Milter.Script = h => (char)h.Command == 'E' ? [Add("X-Any", "1"), P('c')] : null;
            Assert.That((await Bench.SendAsync())[^1], Does.StartWith("451 4.3.0"));
            Assert.That(Bench.Queued(), Is.Empty);
            Assert.That(Bench.LogLines(),
                Has.Some.Contains("milter_header_checks map lookup problem -- message not accepted, try again later"));
        });
    }

    [Test]
    public void Fields_are_checked_where_the_message_itself_is_not() => With([Add("X-Reject", "this")], last =>
    {
        Assert.That(last, Is.EqualTo("550 5.7.9 no this"));
        return Task.CompletedTask;
    }, "receive_override_options = no_header_body_checks");

    [Test]
    public void Fields_of_milters_of_local_mail_are_checked_too()
    {
        Make($"{Rules}\nnon_smtpd_milters = unix:m1");
        Bench.Run(async () =>
        {
            Bench.Milter.Script = h => (char)h.Command == 'E' ? [Add("X-Reject", "this"), P('c')] : null;
            SubmitReply reply = await Bench.SubmitLocallyAsync();
            Assert.That((reply.Outcome.Code, reply.Failure), Is.EqualTo((550, SubmitFailure.Filtered)));
            Assert.That(Bench.LogLines(), Has.Some.Contains("header X-Reject: this from localhost[127.0.0.1]; from=<me@from.test>"));
        });
    }

    [Test]
    public void After_PASS_in_header_checks_no_milter_sees_the_message()
    {
        Make("header_checks = pcre:{ {/^X-Old:/ PASS trusted} }\nsmtpd_milters = unix:m1, unix:m2");
        Bench.Run(async () =>
        {
            Bench.Milter.Script = h => (char)h.Command == 'E' ? [P('r')] : null;
            var client = Bench.Connect();
            await client.ReplyAsync();
            await client.AskAsync("EHLO client.test");
            for (int i = 0; i < 2; i++)
            {
                foreach (string command in (string[])["MAIL FROM:<s@from.test>", "RCPT TO:<a@local.test>", "DATA"])
                    await client.AskAsync(command);
                client.Send(i == 0 ? MilterBench.Content : MilterBench.Content.Replace("X-Old", "X-New"));
                Assert.That(await client.ReplyAsync(), Does.StartWith(i == 0 ? "250" : "550"));
            }
            await client.AskAsync("QUIT");
            client.Close();
            await Bench.Loop.UntilAsync(() => Bench.Second.Commands().EndsWith('Q'));
            Assert.That(Bench.Milter.Commands(), Does.Match("^OCHMRTA+MRTLLLNBE"), "it is told to forget the first message");
            Assert.That(Bench.Second.Commands(), Does.Match("^OCHMRTA+MRTA+Q$"));
        });
    }
}
