using MtaSuite.Common.Hosting;
using MtaSuite.Smtpd;

SmtpdStartup startup = new();
return ServiceHost.Run(args, new ServiceSpec
{
    Name = "smtpd",
    Manual = Manual.Text,
    BeforeDrop = startup.Open,
    Start = startup.Start,
});
