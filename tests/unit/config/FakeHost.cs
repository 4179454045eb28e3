using System.Net;
using MtaSuite.Common.Config;

namespace MtaSuite.Tests.Unit.Config;

/// <summary>A machine named mx with a loopback interface and one network card.</summary>
internal sealed class FakeHost : IHostFacts
{
    public string HostName => "mx";

    public IReadOnlyList<InterfaceAddress> Interfaces { get; } =
        [new(IPAddress.Parse("127.0.0.1"), 8), new(IPAddress.Parse("192.0.2.7"), 26), new(IPAddress.Parse("::1"), 128)];

    public IReadOnlyList<IPAddress> Resolve(string name) => [];
}
