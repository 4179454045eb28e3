using MtaSuite.Common.Config;
using MtaSuite.Smtpd;

namespace MtaSuite.Tests.Unit.Smtpd;

/// <summary>The settings for normal times and those under stress.</summary>
public sealed class SettingsTests
{
    [Test]
    public void Stress_changes_values_and_opens_no_table_again()
    {
        string folder = Directory.CreateTempSubdirectory("settings").FullName;
        try
        {
            File.WriteAllText(folder + "/main.cf",
                "myhostname = mx.test\nsmtpd_timeout = ${stress?{10}:{300}}s\nmynetworks = 192.0.2.0/24\n");
            MailConfig config = MailConfig.Load(folder, [new("smtpd_banner", "$myhostname ${stress?{busy}:{ready}}")]).Config;
            // what has happened to the files since is for the next reload
            File.Delete(folder + "/main.cf");
            SettingsPair settings = SettingsPair.Of(config);
            Assert.That(settings.Now, Is.SameAs(settings.Normal));
            Assert.That((settings.Now.Timeout, settings.Now.Banner), Is.EqualTo((TimeSpan.FromSeconds(300), "mx.test ready")));
            settings.Stress = true;
            Assert.That((settings.Now.Timeout, settings.Now.Banner), Is.EqualTo((TimeSpan.FromSeconds(10), "mx.test busy")));
            Assert.That(settings.Now.Tables, Is.SameAs(settings.Normal.Tables));
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
