using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

internal sealed partial class Session
{
    private bool _isPix;
    private bool _noExtensions;

    /// <summary>Connects, greets, secures, logs in. False: <see cref="Failure"/> says why.</summary>
    public async Task<bool> OpenAsync()
    {
        await BeginDialogLogAsync();
        bool ok = await ConnectAsync() && await WrapAsync() && await GreetingAsync() && await HelloAsync() && await SecureAsync() && IsFit()
            && await LogInAsync();
        if (!ok && Failure is { Kind: not FailureKind.Unreachable }) Leave();
        return ok;
    }

    private async ValueTask<bool> GreetingAsync()
    {
        if (!await ReadReplyAsync(Step.Greeting, Settings.Timeouts.Hello, keepText: true)) return false;
        if (!_reply.IsGood)
        {
            Outcome refusal = RefusedToTalk(_reply);
            return Refuse(Settings.Skip5xxGreeting && refusal.IsPermanent ? refusal.AsTemporary() : refusal);
        }
        await ExaminePixAsync(_reply.Text);
        _noExtensions |= Settings is { NeverSendEhlo: true, IsLmtp: false }
            || (!Settings.IsLmtp && !Settings.AlwaysSendEhlo && !_reply.Text.Contains("ESMTP", StringComparison.Ordinal));
        return true;
    }

    /// <summary>A firewall that answers for the server hides its greeting behind asterisks.</summary>
    private async ValueTask ExaminePixAsync(string greeting)
    {
        string text = greeting.Trim();
        if (text.Length < 8 || text.AsSpan().IndexOfAnyExcept("*02 ") >= 0) return;
        IReadOnlyList<string> words = await Settings.Pix.ForAsync(Target.Address);
        _isPix = words.Contains("delay_dotcrlf");
        _noExtensions = words.Contains("disable_esmtp");
        Log.Info($"enabling PIX workarounds: {string.Join(' ', words)} for {Target.NameAndPort}");
    }

    private Outcome RefusedToTalk(Reply reply) => reply.Refusal(Target, $"host {Target.Name} refused to talk to me: {reply}");

    /// <summary>
    /// EHLO, HELO where that is refused, or LHLO. Asked again after TLS: what was offered before does not count (RFC 3207 4.2).
    /// </summary>
    private async ValueTask<bool> HelloAsync()
    {
        Features.Clear();
        if (Settings.IsLmtp) return await HelloAsync("LHLO", Step.Lhlo, extended: true);
        if (_noExtensions) return await HelloAsync("HELO", Step.Helo, extended: false);
        if (!await AskAsync($"EHLO {Settings.HelloName}", Step.Ehlo, Settings.Timeouts.Hello, keepLines: true)) return false;
        if (_reply.IsGood) return await TakeHelloAsync(extended: true);
        if (_reply.IsGoodbye) return Refuse(RefusedToTalk(_reply));
        return await HelloAsync("HELO", Step.Helo, extended: false);
    }

    private async ValueTask<bool> HelloAsync(string verb, Step step, bool extended)
    {
        if (!await AskAsync($"{verb} {Settings.HelloName}", step, Settings.Timeouts.Hello, keepLines: true)) return false;
        return _reply.IsGood ? await TakeHelloAsync(extended) : Refuse(RefusedToTalk(_reply));
    }

    private async ValueTask<bool> TakeHelloAsync(bool extended)
    {
        if (extended) Features.Read(ReplyLines, await Settings.EhloFilter.ForAsync(Target.EndPoint?.Address));
        if (Settings.IsLmtp || ReplyLines.Count == 0) return true;
        string name = ReplyLines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault("");
        if (Security == null) _helo = name;
        if (!name.Equals(Settings.Myhostname, StringComparison.OrdinalIgnoreCase) || !Target.IsBestExchanger) return true;
        Log.Warning($"host {Target.NameAndPort} replied to HELO/EHLO with my own hostname {Settings.Myhostname}");
        return Refuse(Outcome.Bounce("5.4.6", $"mail for {Target.Nexthop} loops back to myself"));
    }
}
