using System.Globalization;
using System.Net;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Milter;
using MtaSuite.Common.Milter.Client;

namespace MtaSuite.Cleanup;

/// <summary>
/// Tells milters of a session for mail that did not come by SMTP: a client "localhost", EHLO with its name, MAIL, RCPT for each recipient,
/// DATA.
/// </summary>
internal sealed class SimulatedSession(CleanupService service, EditableMessage message, List<MilterSession> milters,
    List<(IReadOnlyList<string>?, IReadOnlyList<string>?)> macros)
{
    private const string Unknown = "unknown";
    private string? _sender, _recipient;

    private Envelope Envelope => message.Envelope;

    /// <summary>The verdict, and where it came. Milters get their macros for content on the way.</summary>
    public async ValueTask<(MilterVerdict Verdict, string Stage)> RunAsync()
    {
        MilterClient client = ClientOf(Envelope);
        bool held = false;
        MilterVerdict verdict = await AllAsync(m => m.ConnectAsync(service.Services!, client, o => Macros(MacroStage.Connect, o)));
        if (verdict.IsFinal) return (verdict, "CONNECT");
        held |= verdict.Kind == MilterVerdictKind.Hold;
        string helo = Envelope.ClientHelo.Length > 0 ? Envelope.ClientHelo : client.Name;
        verdict = await AllAsync(m => m.HeloAsync(helo, Macros(MacroStage.Helo, m.Options)));
        if (verdict.IsFinal) return (verdict, "EHLO");
        _sender = Address.Quote821(Envelope.Sender);
        verdict = await AllAsync(m => m.MailAsync([$"<{_sender}>"], Macros(MacroStage.Mail, m.Options)));
        if (verdict.IsFinal) return (verdict, "MAIL");
        held |= verdict.Kind == MilterVerdictKind.Hold;
        foreach (string recipient in Recipients())
        {
            _recipient = Address.Quote821(recipient);
            verdict = await AllAsync(m => m.RcptAsync([$"<{_recipient}>"], Macros(MacroStage.Rcpt, m.Options)));
            if (verdict.Kind == MilterVerdictKind.Refuse) return (CannotReject(), "RCPT");
            if (verdict.IsFinal) return (verdict, "RCPT");
            held |= verdict.Kind == MilterVerdictKind.Hold;
        }
        verdict = await AllAsync(m => m.DataAsync(Macros(MacroStage.Data, m.Options)));
        foreach (MilterSession m in milters)
            macros.Add((Macros(MacroStage.EndOfHeader, m.Options), Macros(MacroStage.EndOfMessage, m.Options)));
        return (held && verdict.IsContinue ? MilterVerdict.Hold : verdict, "DATA");
    }

    private async ValueTask<MilterVerdict> AllAsync(Func<MilterSession, ValueTask<MilterVerdict>> tell)
    {
        MilterVerdict result = default;
        foreach (MilterSession milter in milters)
        {
            MilterVerdict verdict = await tell(milter);
            if (verdict.IsFinal) return verdict;
            if (verdict.Kind == MilterVerdictKind.Hold) result = verdict;
        }
        return result;
    }

    /// <summary>There is no client that could be told of one recipient among several.</summary>
    private MilterVerdict CannotReject()
    {
        Log.Warning($"{Envelope.QueueId}: milter configuration error: can't reject recipient in non-smtpd(8) submission");
        Log.Warning($"{Envelope.QueueId}: deferring delivery of this message");
        return MilterVerdict.Misconfigured(MilterDefaultAction.TemporaryFailure);
    }

    private List<string> Recipients() =>
        [.. Envelope.Recipients.Select(r => r.Original.Length > 0 ? r.Original : r.Address).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>The client of a message; of one that came from here "localhost".</summary>
    public static MilterClient ClientOf(Envelope e)
    {
        string address = e.ClientAddress.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? e.ClientAddress[5..] : e.ClientAddress;
        if (!IPAddress.TryParse(address, out IPAddress? ip)) return new MilterClient("localhost", MilterFamily.Inet, 0, "127.0.0.1");
        _ = int.TryParse(e.ClientPort, NumberStyles.None, CultureInfo.InvariantCulture, out int port); // 0 where it is not known
        return MilterClient.Of(e.ClientName, ip, port, Unknown);
    }

    /// <summary>"name[address]" of that client.</summary>
    public static string OriginOf(Envelope e)
    {
        MilterClient client = ClientOf(e);
        return $"{(e.ClientName.Length > 0 ? e.ClientName : client.Name)}[{client.Address}]";
    }

    private List<string>? Macros(MacroStage stage, MilterOptions? options) => service.Milters.Macros(stage, options, Value);

    private string? Value(string name)
    {
        MilterClient client = ClientOf(Envelope);
        return name switch
        {
            "{_}" => $"{client.Name} [{client.Address}]",
            "{client_addr}" => client.Address,
            "{client_name}" or "{client_ptr}" => client.Name,
            "{client_port}" => client.Port.ToString(CultureInfo.InvariantCulture),
            "{i}" => Envelope.QueueId,
            "{auth_type}" when Envelope.SaslMethod.Length > 0 => Envelope.SaslMethod,
            "{auth_authen}" when Envelope.SaslLogin.Length > 0 => Envelope.SaslLogin,
            "{auth_author}" when Envelope.SaslSender.Length > 0 => Envelope.SaslSender,
            "{mail_addr}" => _sender,
            "{rcpt_addr}" => _recipient,
            _ => null,
        };
    }
}
