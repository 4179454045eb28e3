using MtaSuite.Common.Dns;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Common.Http;

/// <summary>
/// Asks web servers now and then: policies, reports, tokens. Hosts are found by the resolver of the event loop; the exchange itself runs on
/// the default pool, over the base class library, and its end comes back on the loop. Nothing is kept between calls, neither connections
/// nor threads, so that a process pays for the time of a call only. Every failure is a value.
/// </summary>
/// <param name="hosts">Finds addresses.</param>
public sealed class WebClient(HostLookup hosts)
{
    private EventLoop Loop => hosts.Resolver.Loop;

    /// <summary>Carries out a call. On the loop's thread.</summary>
    public async Task<WebResult> SendAsync(WebCall call)
    {
        long end = Loop.NowMilliseconds + (long)call.Timeout.TotalMilliseconds;
        for (int hops = 0; ; hops++)
        {
            if (Problem(call) is { } problem) return problem;
            TimeSpan left = TimeSpan.FromMilliseconds(Math.Max(0, end - Environment.TickCount64));
            WebResult result = await ExchangeAsync(call, left);
            if (result.Location is not { } location || hops >= call.Redirects) return result;
            bool plain = call.AllowsPlain && call.Url.Scheme == Uri.UriSchemeHttp;
            call = call with
            {
                Url = location,
                AllowsPlain = plain,
                Headers = [.. call.Headers.Where(h => !h.Name.Equals("Authorization", StringComparison.OrdinalIgnoreCase))]
            };
        }
    }

    private static WebResult? Problem(WebCall call)
    {
        bool isPlain = call.Url.IsAbsoluteUri && call.AllowsPlain && call.Url.Scheme == Uri.UriSchemeHttp;
        if (!isPlain && !(call.Url.IsAbsoluteUri && call.Url.Scheme == Uri.UriSchemeHttps) || call.Url.UserInfo.Length > 0)
            return new WebResult(WebStatus.BadUrl, $"{call.Url} is not asked");
        // the library of the BCL ends the process where it finds none
        return isPlain || OpenSsl.TryLoad(out _) ? null : new WebResult(WebStatus.Unavailable, "no TLS library");
    }

    private async Task<WebResult> ExchangeAsync(WebCall call, TimeSpan left)
    {
        long start = Environment.TickCount64;
        string host = call.Url.IdnHost.Trim('[', ']');
        HostAddresses? addresses = await hosts.FindAsync(host).WithinAsync(Loop, left);
        if (addresses == null) return new WebResult(WebStatus.TimedOut, $"name service for {host} timed out");
        if (addresses.Failure is { } failure) return new WebResult(WebStatus.Unresolved, failure.Text);
        left -= TimeSpan.FromMilliseconds(Environment.TickCount64 - start);
        if (left <= TimeSpan.Zero) return new WebResult(WebStatus.TimedOut, $"connection with {host} timed out");
        WebExchange exchange = new(call, addresses.Addresses);
        return await Task.Run(() => exchange.RunAsync(left));
    }
}
