using MtaSuite.Common.Hosting;
using MtaSuite.Smtpd.Explain;

namespace MtaSuite.Smtpd;

/// <summary>The SMTP server.</summary>
public static class Program
{
    public static int Main(string[] args)
    {
        if (ExplainMode.IsAsked(args)) return ExplainMode.Run(args);
        SmtpdStartup startup = new();
        return ServiceHost.Run(args, new ServiceSpec
        {
            Name = "smtpd",
            Manual = Manual.Text,
            BeforeDrop = startup.Open,
            Start = startup.Start,
        });
    }
}
