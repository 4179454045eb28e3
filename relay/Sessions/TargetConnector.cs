using System.Net;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Relay.Routing;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

/// <summary>Connects to a target, from the address of smtp_bind_address.</summary>
internal static class TargetConnector
{
    public static async ValueTask<ConnectResult> ConnectAsync(EventLoop loop, Target target, RelaySettings settings)
    {
        TimeSpan timeout = settings.Timeouts.Connect;
        if (target.EndPoint is not { } endPoint) return await Connector.ConnectUnix(loop, target.UnixPath, timeout);
        IPAddress? bind = target.IsIPv6 ? settings.Routes.Bind6 : settings.Routes.Bind4;
        ConnectResult result = await Connector.Connect(loop, endPoint, bind, timeout);
        if (bind == null || result.Error is not (Errno.EADDRNOTAVAIL or Errno.EINVAL)) return result;
        Log.Warning($"bind {bind}: {Errno.Text(result.Error)}");
        return settings.Routes.EnforceBind ? result : await Connector.Connect(loop, endPoint, null, timeout);
    }
}
