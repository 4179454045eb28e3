using MtaSuite.Common.Hosting;

namespace MtaSuite.Mailauth;

/// <summary>The service mailauth.</summary>
public static class Program
{
    public static int Main(string[] args)
    {
        MailauthStartup startup = new();
        ServiceSpec spec = new()
        {
            Name = "mailauth",
            Manual = Manual.Text,
            BeforeDrop = startup.Open,
            Start = startup.Start,
        };
        return StandaloneOptions.IsAsked(args) ? StandaloneHost.Run(args, spec) : ServiceHost.Run(args, spec);
    }
}
