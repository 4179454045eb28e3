using MtaSuite.Common.Config;
using MtaSuite.Common.Routing;
using MtaSuite.Common.Tables;
using MtaSuite.Tests.Unit.Config;

namespace MtaSuite.Tests.Unit.Routing;

/// <summary>A routing core from the text of a main.cf, on a machine with the addresses 127.0.0.1, ::1 and 192.0.2.7.</summary>
internal static class RoutingFor
{
    public const string Basic = """
        myhostname = mx.example.com
        mydomain = example.com
        myorigin = $mydomain
        mydestination = $myhostname, localhost, $mydomain
        inet_interfaces = all
        recipient_delimiter = +

        """;

    public static RoutingCore Core(string text, TimeProvider? clock = null)
    {
        ConfigResult result = MailConfig.Parse(text, "main.cf", host: new FakeHost());
        Assert.That(result.Problems.Where(p => p.Severity == Severity.Error), Is.Empty);
        return new RoutingCore(result.Config, TableOptions.Default with { Clock = clock ?? TimeProvider.System });
    }

    public static RoutingCore With(string more, TimeProvider? clock = null) => Core(Basic + more, clock);
}
