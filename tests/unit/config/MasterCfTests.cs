using MtaSuite.Common.Config;

namespace MtaSuite.Tests.Unit.Config;

public class MasterCfTests
{
    private static List<ServiceEntry> Parse(string text, out List<ConfigProblem> problems) =>
        MasterCf.Parse(text, "master.cf", problems = []);

    private static ServiceEntry One(string text)
    {
        ServiceEntry entry = Parse(text, out List<ConfigProblem> problems).Single();
        Assert.That(problems, Is.Empty);
        return entry;
    }

    [Test]
    public void All_columns_are_read()
    {
        ServiceEntry e = One("# c\n\n127.0.0.1:2525 inet n - y 60? 7 smtpd\n");
        Assert.That((e.Name, e.Type, e.Private, e.Unprivileged, e.Chroot), Is.EqualTo(("127.0.0.1:2525", "inet", false, true, true)));
        Assert.That((e.WakeupSeconds, e.WakeupOnlyIfUsed, e.MaxProc, e.Command, e.Line), Is.EqualTo((60, true, (int?)7, "smtpd", 3)));
        e = One("x unix - n - - - local");
        Assert.That((e.Private, e.Unprivileged, e.Chroot, e.WakeupSeconds, e.MaxProc), Is.EqualTo((true, false, false, 0, (int?)null)));
        Assert.That(One("x inet - - - - 0 smtpd").MaxProc, Is.Zero);
    }

    [Test]
    public void Overrides_are_taken_from_the_options_in_all_their_forms()
    {
        ServiceEntry e = One("x unix - - - - - pipe\n  -v -o a=b\n# c\n  -o { c = d e, f } -og=h -vo i=\n  flags=F user=u argv=/x -o "
            + "no=override { with blank }");
        Assert.That(e.Overrides, Is.EqualTo(new KeyValuePair<string,
            string>[] { new("a", "b"), new("c", "d e, f"), new("g", "h"), new("i", "") }));
        Assert.That(e.Attributes, Is.EqualTo(new[] { "flags=F", "user=u", "argv=/x", "-o", "no=override", "{ with blank }" }));
        Assert.That(e.Verbosity, Is.EqualTo(1));
    }

    [TestCase("x unix - - - -", "bad field count: 6 columns instead of 8")]
    [TestCase("x tcp - - - - - local", "unknown service type: \"tcp\"")]
    [TestCase("x unix q - - - - local", "bad private field: \"q\" is not one of y, n, -")]
    [TestCase("x unix - - Y - - local", "bad chroot field: \"Y\" is not one of y, n, -")]
    [TestCase("x unix - - - 1s - local", "bad wakeup time field: \"1s\" is neither a number nor -")]
    [TestCase("x unix - - - - 1? local", "bad process limit field: \"1?\" is neither a number nor -")]
    [TestCase("x unix - - - - 99999999999 local", "bad process limit field: \"99999999999\" is neither a number nor -")]
    [TestCase("x inet y - - - - smtpd", "a service of type inet cannot be private")]
    [TestCase("x unix - - - - - local -o", "bad override: \"\": missing attribute name")]
    [TestCase("x unix - - - - - local -o a", "bad override: \"a\": missing '=' after attribute name")]
    [TestCase("x unix - - - - - local -o {a=b}c", "bad override: \"{a=b}c\": text after the closing brace")]
    public void A_defective_line_is_left_out_and_named(string line, string problem)
    {
        List<ServiceEntry> services = Parse("good unix - - - - - local\n" + line + "\n", out List<ConfigProblem> problems);
        Assert.That(services.Select(s => s.Name), Is.EqualTo(new[] { "good" }));
        Assert.That(problems.Single().ToString(), Is.EqualTo("master.cf, line 2: " + problem));
    }

    [TestCase("/usr/share/postfix/main.cf.debian")]
    [TestCase("/usr/share/postfix/main.cf.tls")]
    public void Debians_main_cf_loads(string path)
    {
        if (!File.Exists(path)) Assert.Ignore("needs Debian's postfix package");
        ConfigResult result = MailConfig.Parse(File.ReadAllText(path), path, host: new FakeHost());
        Assert.That(result.Problems, Is.Empty);
        Assert.That(result.Config.ExplicitNames, Is.Not.Empty);
    }

    [Test]
    public void Debians_master_cf_loads()
    {
        const string path = "/usr/share/postfix/master.cf.dist";
        if (!File.Exists(path)) Assert.Ignore("needs Debian's postfix package");
        List<ServiceEntry> services = Parse(File.ReadAllText(path), out List<ConfigProblem> problems);
        Assert.That(problems, Is.Empty);
        Assert.That(services, Has.Count.EqualTo(31));
    }
}
