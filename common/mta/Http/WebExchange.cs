using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MtaSuite.Common.Http;

/// <summary>One request and its answer, over a connection of its own to one of the given addresses. On any thread but the loop's.</summary>
internal sealed class WebExchange(WebCall call, IReadOnlyList<IPAddress> addresses)
{
    /// <summary>So long one address is tried where there is another one.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);
    private const int MaxHeaderKib = 32;
    private WebResult? _certificateProblem;

    public async Task<WebResult> RunAsync(TimeSpan limit)
    {
        using CancellationTokenSource stop = new(limit);
        try
        {
            using SocketsHttpHandler handler = Handler();
            using HttpMessageInvoker client = new(handler);
            using HttpRequestMessage request = Request();
            using HttpResponseMessage response = await client.SendAsync(request, stop.Token).ConfigureAwait(false);
            return await ReadAsync(response, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) { return Failed(WebStatus.TimedOut, "timed out"); }
        catch (HttpRequestException e) { return Of(e); }
        catch (CryptographicException) { return Failed(WebStatus.Unavailable, $"failed: no certificates in {call.AuthorityFile}"); }
        catch (UnauthorizedAccessException) { return Failed(WebStatus.Unavailable, $"failed: no permission to read {call.AuthorityFile}"); }
        catch (FileNotFoundException) { return Failed(WebStatus.Unavailable, $"failed: there is no file {call.AuthorityFile}"); }
        catch (DirectoryNotFoundException) { return Failed(WebStatus.Unavailable, $"failed: there is no file {call.AuthorityFile}"); }
        catch (IOException) { return Failed(WebStatus.Broken, "broke off"); }
    }

    private SocketsHttpHandler Handler()
    {
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = MaxHeaderKib,
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectCallback = (context, stop) => ConnectAsync(context.DnsEndPoint.Port, stop),
        };
        if (call.Url.Scheme != Uri.UriSchemeHttps) return handler;
        // no downloads of certificates or revocation lists: they would use the system's resolver, and may take long
        X509ChainPolicy policy = new() { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (call.AuthorityFile.Length > 0)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.ImportFromPemFile(call.AuthorityFile);
        }
        handler.SslOptions =
            new SslClientAuthenticationOptions { CertificateChainPolicy = policy, RemoteCertificateValidationCallback = VerifyCertificate };
        return handler;
    }

    private bool VerifyCertificate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) return true;
        X509ChainStatusFlags flags = X509ChainStatusFlags.NoError;
        foreach (X509ChainStatus status in chain?.ChainStatus ?? []) flags |= status.Status;
        // the worst first: an untrusted chain says nothing about names and times
        _certificateProblem = (flags & ~X509ChainStatusFlags.NotTimeValid) != 0
            || (errors & SslPolicyErrors.RemoteCertificateNotAvailable) != 0
            ? Failed(WebStatus.NotTrusted, "failed: server certificate not trusted")
            : flags != 0 ? Failed(WebStatus.Expired, "failed: server certificate is not valid now")
            : Failed(WebStatus.WrongHost, "failed: server certificate is for another host");
        return false;
    }

    private async ValueTask<Stream> ConnectAsync(int port, CancellationToken stop)
    {
        for (int i = 0; ; i++)
        {
            bool isLast = i == addresses.Count - 1;
            Socket socket = new(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
            if (!isLast) timeout.CancelAfter(s_timeout);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(addresses[i], port), timeout.Token).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (!isLast) { socket.Dispose(); }
            catch (OperationCanceledException) when (!isLast && !stop.IsCancellationRequested) { socket.Dispose(); }
        }
    }

    private HttpRequestMessage Request()
    {
        HttpRequestMessage request = new(call.Body == null ? HttpMethod.Get : HttpMethod.Post, call.Url);
        request.Headers.TryAddWithoutValidation("User-Agent", "MtaSuite");
        request.Headers.ConnectionClose = true;
        foreach ((string name, string value) in call.Headers)
            if (value.AsSpan().IndexOfAnyInRange('\0', '\x1f') < 0) request.Headers.TryAddWithoutValidation(name, value);
        if (call.Body is not { } body) return request;
        request.Content = new ReadOnlyMemoryContent(body);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", call.ContentType);
        return request;
    }

    private async Task<WebResult> ReadAsync(HttpResponseMessage response, CancellationToken stop)
    {
        MediaTypeHeaderValue? type = response.Content.Headers.ContentType;
        Uri? location = (int)response.StatusCode is 301 or 302 or 303 or 307 or 308 ? response.Headers.Location : null;
        WebResult result = new(WebStatus.Answered)
        {
            Code = (int)response.StatusCode,
            ContentType = type?.MediaType?.ToLowerInvariant() ?? "",
            Location = location != null && Uri.TryCreate(call.Url, location, out Uri? target) ? target : null,
        };
        if (response.Content.Headers.ContentLength > call.MaxBytes) return TooLarge();
        using Stream body = await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        using MemoryStream all = new();
        byte[] piece = new byte[8192];
        while (await body.ReadAsync(piece, stop).ConfigureAwait(false) is int n and > 0)
        {
            all.Write(piece, 0, n);
            if (all.Length > call.MaxBytes) return TooLarge();
        }
        return result with { Body = all.ToArray() };
    }

    private WebResult TooLarge() => Failed(WebStatus.TooLarge, $"failed: the answer is longer than {call.MaxBytes} bytes");

    private WebResult Of(HttpRequestException e) => _certificateProblem ?? e.HttpRequestError switch
    {
        HttpRequestError.SecureConnectionError => Failed(WebStatus.TlsFailed, "failed: TLS handshake failure"),
        HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError => Failed(WebStatus.Unreachable, "failed: no connection"),
        HttpRequestError.ConfigurationLimitExceeded => Failed(WebStatus.TooLarge, "failed: the header of the answer is too long"),
        _ => Failed(WebStatus.Broken, "failed: the answer is broken"),
    };

    private WebResult Failed(WebStatus status, string what) => new(status, $"connection with {call.Url.Authority} {what}");
}
