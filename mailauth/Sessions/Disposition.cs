using MtaSuite.Common.Authentication;
using MtaSuite.Common.Authentication.Arc;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Authentication.Dmarc;
using MtaSuite.Common.Log;
using MtaSuite.Common.Milter.Server;
using MtaSuite.Mailauth.Checks;

namespace MtaSuite.Mailauth.Sessions;

/// <summary>
/// What becomes of a message from outside: the fields that it gets (from the top: a new ARC set, Authentication-Results, Received-SPF,
/// the mark), the action for one that fails DMARC, and the line in the log.
/// </summary>
internal sealed class Disposition(MailauthServices services, MessageFacts message, Findings findings, ArcSealer? sealer)
{
    private const string Mark = "X-DMARC-Failure";

    private MailauthSettings Settings => services.Settings;

    private DmarcResult Dmarc => findings.Dmarc;

    public MilterAnswer Apply(MilterChanges changes, string queueId)
    {
        (DmarcAction action, MilterAnswer answer) = Decide();
        if (answer.IsFinal)
        {
            WriteLog(queueId, action, "");
            return answer;
        }
        string results = findings.Compose(Settings.AuthservId);
        // each is put on top of those before it
        if (action == DmarcAction.Mark) Insert(changes, Mark, $"{Dmarc.Domain}; policy={DmarcResult.Word(Dmarc.Policy)}");
        if (Settings.ReceivedSpf) Insert(changes, "Received-SPF", ReceivedSpf.Compose(Settings.HostName, message, findings.Spf));
        Insert(changes, "Authentication-Results", results);
        string seal = Seal(changes, results, queueId);
        if (action == DmarcAction.Quarantine && !changes.Quarantine(Why())) action = DmarcAction.None;
        WriteLog(queueId, action, seal);
        return MilterAnswer.Continue;
    }

    private static void Insert(MilterChanges changes, string name, string value) => changes.InsertHeader(0, name, FieldValue.Of(value));

    /// <summary>Puts a new ARC set on top; what the log says of it.</summary>
    private string Seal(MilterChanges changes, string results, string queueId)
    {
        if (sealer == null)
        {
            if (services.SealProblem.Length > 0) Log.Warning($"{queueId}: not sealed: mailauth_arc_seal: {services.SealProblem}");
            return "";
        }
        IReadOnlyList<(string Name, string Value)> set = sealer.Problem.Length > 0 ? [] : sealer.Seal(findings.Arc, results);
        for (int i = set.Count - 1; i >= 0; i--) Insert(changes, set[i].Name, set[i].Value);
        return set.Count == 0 ? "no" : "yes";
    }

    // ---- what to do --------------------------------------------------------------------------------------------------

    private (DmarcAction Action, MilterAnswer Answer) Decide()
    {
        if (findings.Sealer.Length > 0) return (DmarcAction.None, default);
        if (Dmarc.Verdict == DmarcVerdict.TempError) return DecideLater();
        bool isBad = Dmarc.Verdict is DmarcVerdict.Fail or DmarcVerdict.PermError && Dmarc.Applied > DmarcPolicy.None;
        if (!isBad) return (DmarcAction.None, default);
        DmarcAction action = Settings.DmarcAction != DmarcAction.Record ? Settings.DmarcAction
            : Dmarc.Applied == DmarcPolicy.Reject ? DmarcAction.Reject : DmarcAction.Quarantine;
        return action == DmarcAction.Reject ? (action, MilterAnswer.Reply($"550 5.7.26 {Why()}")) : (action, default);
    }

    /// <summary>Where a failure would be refused, a message about which the DNS does not answer now has to come again.</summary>
    private (DmarcAction Action, MilterAnswer Answer) DecideLater()
    {
        bool couldRefuse = Settings.DmarcAction == DmarcAction.Reject && (Dmarc.Record == null || Dmarc.Policy > DmarcPolicy.None)
            || Settings.DmarcAction == DmarcAction.Record && (Dmarc.Record == null || Dmarc.Policy == DmarcPolicy.Reject);
        return !couldRefuse ? (DmarcAction.None, default) : (DmarcAction.Reject, MilterAnswer.Reply(
            $"451 4.7.1 The DMARC policy of {Dmarc.Domain} cannot be applied now, try again later: {Words(Dmarc.Reason)}"));
    }

    private string Why() => $"This message fails DMARC, and {Dmarc.Domain} asks to refuse or set aside such mail: {Words(Dmarc.Reason)}";

    private static string Words(string text) => text.Length > 200 ? text[..200] : text;

    // ---- the log -----------------------------------------------------------------------------------------------------

    /// <summary>
    /// ID: client=name[addr], spf=pass, helo=none, dkim=pass, arc=none, dmarc=pass, from=domain, policy=reject, action=none (details)
    /// </summary>
    private void WriteLog(string queueId, DmarcAction action, string seal)
    {
        LogLine line = LogLine.Info(queueId).Field("spf", findings.Spf.Word).Field("helo", findings.Helo.Word).Field("dkim", DkimWord())
            .Field("arc", findings.Arc.Verdict.Word()).Field("dmarc", DmarcResult.Word(Dmarc.Verdict)).Field("domain", Dmarc.Domain)
            .Field("policy", Dmarc.Record == null ? "-" : DmarcResult.Word(Dmarc.Policy))
            .Field("action", Dmarc.Verdict == DmarcVerdict.TempError && action == DmarcAction.Reject ? "defer"
                : action.ToString().ToLowerInvariant());
        if (seal.Length > 0) line = line.Field("sealed", seal);
        line = line.Field("client", message.Client.ToString()).Address("sender", message.Sender);
        line.Remark(Details()).Send();
    }

    /// <summary>The best verdict of all signatures.</summary>
    private string DkimWord()
    {
        DkimVerdict[] best = [DkimVerdict.Pass, DkimVerdict.TempError, DkimVerdict.Fail, DkimVerdict.Policy, DkimVerdict.Neutral,
            DkimVerdict.PermError];
        foreach (DkimVerdict verdict in best)
            if (findings.Dkim.Any(r => r.Verdict == verdict)) return verdict.Word();
        return DkimVerdict.None.Word();
    }

    private string Details()
    {
        List<string> parts = [];
        if (findings.Spf.Result is not (SpfResult.Pass or SpfResult.None)) parts.Add($"spf: {findings.Spf.Reason}");
        parts.AddRange(findings.Dkim.Select(r => $"{r.Domain}/{r.Selector}: {r.Word}{(r.Reason.Length > 0 ? $", {r.Reason}" : "")}"));
        if (findings.Arc.Verdict == DkimVerdict.Fail) parts.Add($"arc: {findings.Arc.Reason}");
        parts.Add(findings.Sealer.Length > 0 ? $"dmarc: sealed by {findings.Sealer}" : $"dmarc: {Dmarc.Reason}");
        return string.Join("; ", parts);
    }
}
