using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using S = MtaSuite.Common.Config.Params.SmtpClientParams;
using L = MtaSuite.Common.Config.Params.LmtpClientParams;

namespace MtaSuite.Relay.Settings;

/// <summary>How long each step of a session may take.</summary>
public sealed record StepTimeouts
{
    /// <summary>Zero leaves it to the system.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(30);
    public TimeSpan Hello { get; init; } = TimeSpan.FromSeconds(300);
    public TimeSpan Xforward { get; init; } = TimeSpan.FromSeconds(300);
    public TimeSpan Mail { get; init; } = TimeSpan.FromSeconds(300);
    public TimeSpan Recipient { get; init; } = TimeSpan.FromSeconds(300);
    public TimeSpan DataInit { get; init; } = TimeSpan.FromSeconds(120);
    public TimeSpan DataTransfer { get; init; } = TimeSpan.FromSeconds(180);
    public TimeSpan DataDone { get; init; } = TimeSpan.FromSeconds(600);
    public TimeSpan Reset { get; init; } = TimeSpan.FromSeconds(20);
    public TimeSpan Quit { get; init; } = TimeSpan.FromSeconds(300);

    internal static StepTimeouts From(MailConfig config, bool lmtp)
    {
        TimeSpan Time(TimeParam smtp, TimeParam other) => config.Get(lmtp ? other : smtp);
        return new StepTimeouts
        {
            Connect = Time(S.SmtpConnectTimeout, L.LmtpConnectTimeout),
            Hello = Time(S.SmtpHeloTimeout, L.LmtpLhloTimeout),
            Xforward = Time(S.SmtpXforwardTimeout, L.LmtpXforwardTimeout),
            Mail = Time(S.SmtpMailTimeout, L.LmtpMailTimeout),
            Recipient = Time(S.SmtpRcptTimeout, L.LmtpRcptTimeout),
            DataInit = Time(S.SmtpDataInitTimeout, L.LmtpDataInitTimeout),
            DataTransfer = Time(S.SmtpDataXferTimeout, L.LmtpDataXferTimeout),
            DataDone = Time(S.SmtpDataDoneTimeout, L.LmtpDataDoneTimeout),
            Reset = Time(S.SmtpRsetTimeout, L.LmtpRsetTimeout),
            Quit = Time(S.SmtpQuitTimeout, L.LmtpQuitTimeout),
        };
    }
}
