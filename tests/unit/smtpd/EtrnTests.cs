using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Tests.Unit.Net;

namespace MtaSuite.Tests.Unit.Smtpd;

/// <summary>RFC 1985: who may ask for which mail, and what becomes of it.</summary>
public sealed class EtrnTests
{
    /// <summary>A queue manager that says what it was asked.</summary>
    private sealed class Manager(List<string> asked) : IStreamHandler
    {
        public void OnMessage(LinkStream stream, FrameType type, ReadOnlySpan<byte> payload)
        {
            QmgrRequest request = new();
            AttributeDecoder.TryDecode(payload, request);
            asked.Add($"{request.Command} {request.Argument}");
            stream.Send(FrameType.Reply, new QmgrReply { Ok = request.Argument != "full.test", Text = "no room" });
        }

        public void OnData(LinkStream stream, ReadOnlySpan<byte> data) => stream.Consumed(data.Length);

        public void OnReset(LinkStream stream, string reason) { }
    }

    [Test]
    public void Mail_is_asked_for_and_refused()
    {
        using SmtpHarness h = new("fast_flush_domains = relay.test, full.test, [192.0.2.1]\nparent_domain_matches_subdomains = "
            + "fast_flush_domains\n"
            + "smtpd_etrn_restrictions = check_etrn_access inline:{no.relay.test=reject}\n");
        List<string> asked = [];
        LinkServer server = new(h.Loop, OnLoop.Listen(h.QmgrSocket), _ => new Manager(asked));
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("EHLO x");
            foreach ((string command, string reply) in new[]
            {
                ("ETRN relay.test", "250 Queuing started"), ("ETRN @Sub.Relay.test", "250 Queuing started"),
                    ("ETRN [192.0.2.1]", "250 Queuing started"),
                ("ETRN other.test", "459 <other.test>: service unavailable"), ("ETRN full.test", "458 Unable to queue messages"),
                ("ETRN no.relay.test", "554 5.7.1 <no.relay.test>: Etrn command rejected: Access denied"),
                ("ETRN", "500 Syntax: ETRN domain"), ("ETRN a b", "500 Syntax: ETRN domain"),
                    ("ETRN a..b", "501 Error: invalid parameter syntax"),
            })
                Assert.That(await c.AskAsync(command), Is.EqualTo(reply), command);
            await c.AskAsync("MAIL FROM:<>");
            Assert.That(await c.AskAsync("ETRN relay.test"), Does.StartWith("503 "));
            c.Close();
        });
        Assert.That(asked, Is.EqualTo(
            new[] { "flush-site relay.test", "flush-site Sub.Relay.test", "flush-site [192.0.2.1]", "flush-site full.test" }));
        Assert.That(h.LogLines(), Has.Some.EqualTo("warning: reject: ETRN other.test... from host.example[192.0.2.7]"));
        Assert.That(server.LinkCount, Is.EqualTo(1));
    }

    [Test]
    public void Without_a_queue_manager_it_is_a_temporary_no()
    {
        using SmtpHarness h = new("fast_flush_domains = relay.test\n");
        h.Run(async () =>
        {
            TestClient c = h.Connect();
            await c.ReplyAsync();
            await c.AskAsync("EHLO x");
            Assert.That(await c.AskAsync("ETRN relay.test"), Is.EqualTo("458 Unable to queue messages"));
            c.Close();
        });
    }
}
