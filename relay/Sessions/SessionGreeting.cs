using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

/// <summary>The server's greeting, and EHLO, HELO or LHLO (RFC 5321 3.1, 3.2; RFC 2033 4.1).</summary>
/// <param name="features">Filled from the server's reply.</param>
internal sealed class SessionGreeting(SmtpChat chat, ServerFeatures features)
{
    private bool _noExtensions;

    private RelaySettings Settings => chat.Settings;

    /// <summary>The name by which the server answered.</summary>
    public string ServerName { get; private set; } = "";

    /// <summary>The end of the content is held back for a while (smtp_pix_workarounds: delay_dotcrlf).</summary>
    public bool DelaysEndOfData { get; private set; }

    public async ValueTask<bool> ReadAsync()
    {
        if (!await chat.ReadReplyAsync(SmtpStep.Greeting, Settings.Timeouts.Hello, keepText: true)) return false;
        if (!chat.Reply.IsGood)
        {
            Outcome refusal = RefusedToTalk(chat.Reply);
            return chat.FailRefused(Settings.Skip5xxGreeting && refusal.IsPermanent ? refusal.AsTemporary() : refusal);
        }
        await ApplyPixWorkaroundsAsync(chat.Reply.Text);
        _noExtensions |= Settings is { NeverSendEhlo: true, IsLmtp: false }
            || (!Settings.IsLmtp && !Settings.AlwaysSendEhlo && !chat.Reply.Text.Contains("ESMTP", StringComparison.Ordinal));
        return true;
    }

    /// <summary>A firewall that answers for the server hides its greeting behind asterisks.</summary>
    private async ValueTask ApplyPixWorkaroundsAsync(string greeting)
    {
        string text = greeting.Trim();
        if (text.Length < 8 || text.AsSpan().IndexOfAnyExcept("*02 ") >= 0) return;
        IReadOnlyList<string> workarounds = await Settings.Pix.ForAsync(chat.Target.Address);
        DelaysEndOfData = workarounds.Contains("delay_dotcrlf");
        _noExtensions = workarounds.Contains("disable_esmtp");
        Log.Info($"enabling PIX workarounds: {string.Join(' ', workarounds)} for {chat.Target.NameAndPort}");
    }

    private Outcome RefusedToTalk(Reply reply) => reply.Refusal(chat.Target, $"host {chat.Target.Name} refused to talk to me: {reply}");

    /// <summary>
    /// EHLO, HELO where that is refused, or LHLO. Sent again after TLS: what was offered before does not count (RFC 3207 4.2).
    /// </summary>
    public async ValueTask<bool> SendHelloAsync()
    {
        features.Clear();
        if (Settings.IsLmtp) return await SendHelloAsync("LHLO", SmtpStep.Lhlo, extended: true);
        if (_noExtensions) return await SendHelloAsync("HELO", SmtpStep.Helo, extended: false);
        if (!await AskAsync("EHLO", SmtpStep.Ehlo)) return false;
        if (chat.Reply.IsGood) return await TakeReplyAsync(extended: true);
        if (chat.Reply.IsClosing) return chat.FailRefused(RefusedToTalk(chat.Reply));
        return await SendHelloAsync("HELO", SmtpStep.Helo, extended: false);
    }

    private async ValueTask<bool> SendHelloAsync(string verb, SmtpStep step, bool extended)
    {
        if (!await AskAsync(verb, step)) return false;
        return chat.Reply.IsGood ? await TakeReplyAsync(extended) : chat.FailRefused(RefusedToTalk(chat.Reply));
    }

    private ValueTask<bool> AskAsync(string verb, SmtpStep step) =>
        chat.AskAsync($"{verb} {Settings.HelloName}", step, Settings.Timeouts.Hello, keepLines: true);

    private async ValueTask<bool> TakeReplyAsync(bool extended)
    {
        List<string> lines = chat.ReplyLines;
        if (extended) features.Read(lines, await Settings.EhloFilter.ForAsync(chat.Target.EndPoint?.Address));
        if (Settings.IsLmtp || lines.Count == 0) return true;
        ServerName = lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault("");
        if (!ServerName.Equals(Settings.Myhostname, StringComparison.OrdinalIgnoreCase) || !chat.Target.IsBestExchanger) return true;
        Log.Warning($"host {chat.Target.NameAndPort} replied to HELO/EHLO with my own hostname {Settings.Myhostname}");
        return chat.FailRefused(Outcome.Bounce("5.4.6", $"mail for {chat.Target.Nexthop} loops back to myself"));
    }
}
