using MtaSuite.Common.Smtp;
using MtaSuite.Smtpd.Sessions;

namespace MtaSuite.Tests.Unit.Smtpd;

/// <summary>What the log and policy servers are told is under way: Postfix's words, which log readers know.</summary>
public sealed class SessionStageTests
{
    [Test]
    public void Each_stage_has_a_text_of_its_own_and_each_command_its_name()
    {
        SmtpVerb[] verbs = Enum.GetValues<SmtpVerb>();
        SessionStage[] stages = [SessionStage.Connect, SessionStage.EndOfMessage, .. verbs.Select(v => (SessionStage)v)];
        Assert.That(stages.Distinct().Count(), Is.EqualTo(stages.Length));
        Assert.That(stages.Take(2).Select(s => s.ToString()), Is.EqualTo((string[])["CONNECT", "END-OF-MESSAGE"]));
        Assert.That(stages.Skip(2).Select(s => s.ToString()), Is.EqualTo(verbs.Select(v => v.Name())));
    }

    [Test]
    public void Content_comes_behind_DATA_and_BDAT_alone() => Assert.That(
        Enum.GetValues<SmtpVerb>().Where(v => ((SessionStage)v).IsContent), Is.EqualTo((SmtpVerb[])[SmtpVerb.Data, SmtpVerb.Bdat]));
}
