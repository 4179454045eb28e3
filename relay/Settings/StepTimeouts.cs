using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using S = MtaSuite.Common.Config.Params.SmtpClientParams;
using L = MtaSuite.Common.Config.Params.LmtpClientParams;

namespace MtaSuite.Relay.Settings;

/// <summary>How long each step of a session may take.</summary>
public sealed record StepTimeouts
{
    /// <summary>Zero leaves it to the system.</summary>
    public TimeSpan Connect { get; init; }
    public TimeSpan Hello { get; init; }
    public TimeSpan Xforward { get; init; }
    public TimeSpan Mail { get; init; }
    public TimeSpan Recipient { get; init; }
    public TimeSpan DataInit { get; init; }
    public TimeSpan DataTransfer { get; init; }
    public TimeSpan DataDone { get; init; }
    public TimeSpan Reset { get; init; }
    public TimeSpan Quit { get; init; }

    internal StepTimeouts(MailConfig config, bool lmtp)
    {
        TimeSpan Time(TimeParam smtp, TimeParam other) => config.Get(lmtp ? other : smtp);
        Connect = Time(S.SmtpConnectTimeout, L.LmtpConnectTimeout);
        Hello = Time(S.SmtpHeloTimeout, L.LmtpLhloTimeout);
        Xforward = Time(S.SmtpXforwardTimeout, L.LmtpXforwardTimeout);
        Mail = Time(S.SmtpMailTimeout, L.LmtpMailTimeout);
        Recipient = Time(S.SmtpRcptTimeout, L.LmtpRcptTimeout);
        DataInit = Time(S.SmtpDataInitTimeout, L.LmtpDataInitTimeout);
        DataTransfer = Time(S.SmtpDataXferTimeout, L.LmtpDataXferTimeout);
        DataDone = Time(S.SmtpDataDoneTimeout, L.LmtpDataDoneTimeout);
        Reset = Time(S.SmtpRsetTimeout, L.LmtpRsetTimeout);
        Quit = Time(S.SmtpQuitTimeout, L.LmtpQuitTimeout);
    }
}
