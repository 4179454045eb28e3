using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MtaSuite.Tests.Unit.Smtpd;

/// <summary>
/// A filter before the queue that speaks SMTP by script: a function of the step ("connect", a verb, "content" right behind the reply to
/// DATA, "." at its end) gives the bytes that it says. <see cref="Drop"/> closes the connection instead, <see cref="Silent"/> says nothing
/// for ever. It knows one end of content: CR LF "." CR LF.
/// </summary>
internal sealed class ScriptedFilter : IDisposable
{
    public const string Drop = "drop", Silent = "silent";
    private readonly Socket _listener;
    private readonly Func<string, string> _script;
    private readonly List<Socket> _sockets = [];
    private readonly List<string> _commands = [];
    private readonly List<string> _messages = [];

    public ScriptedFilter(Func<string, string>? script = null, string? path = null)
    {
        _script = script ?? Good;
        _listener = path == null ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(path == null ? new IPEndPoint(IPAddress.Loopback, 0) : new UnixDomainSocketEndPoint(path));
        _listener.Listen(500);
        Port = path == null ? ((IPEndPoint)_listener.LocalEndPoint!).Port : 0;
        Address = path == null ? $"127.0.0.1:{Port}" : $"unix:{path}";
        new Thread(AcceptAll) { IsBackground = true }.Start();
    }

    public int Port { get; }

    /// <summary>As smtpd_proxy_filter names it.</summary>
    public string Address { get; }

    /// <summary>All lines outside of content.</summary>
    public string[] Commands { get { lock (_commands) return [.. _commands]; } }

    /// <summary>The content of each message whose end came, as it came, without the end.</summary>
    public string[] Messages { get { lock (_messages) return [.. _messages]; } }

    /// <summary>What a filter says that accepts everything.</summary>
    public static string Good(string step) => step switch
    {
        "connect" => "220 filter.example ESMTP\r\n",
        "EHLO" => "250-filter.example\r\n250-8BITMIME\r\n250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE\r\n",
        "DATA" => "354 go on\r\n",
        "content" => "",
        "." => "250 2.0.0 scanned and passed on\r\n",
        "QUIT" => "221 2.0.0 bye\r\n",
        _ => "250 2.1.0 fine\r\n",
    };

    private void AcceptAll()
    {
        try
        {
            while (true)
            {
                Socket socket = _listener.Accept();
                lock (_sockets) _sockets.Add(socket);
                new Thread(() => Serve(socket)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException) { } // disposed: whichever of the two comes of it
        catch (ObjectDisposedException) { }
    }

    private void Serve(Socket socket)
    {
        try
        {
            using BufferedStream stream = new(new NetworkStream(socket, ownsSocket: true));
            if (!Say(stream, "connect")) return;
            while (ReadLine(stream) is { } line)
            {
                lock (_commands) _commands.Add(line);
                string verb = line.Split(' ')[0];
                if (!Say(stream, verb)) return;
                if (verb == "DATA" && !(Say(stream, "content") && TakeContent(stream) && Say(stream, "."))) return;
            }
        }
        catch (IOException) { }
        catch (ObjectDisposedException) { }
    }

    /// <summary>False: it closes the connection.</summary>
    private bool Say(Stream stream, string step)
    {
        string text = _script(step);
        if (text == Drop) return false;
        if (text == Silent) return true;
        stream.Write(Encoding.Latin1.GetBytes(text));
        stream.Flush();
        return true;
    }

    private static string? ReadLine(Stream stream)
    {
        StringBuilder line = new();
        for (int b; (b = stream.ReadByte()) >= 0; line.Append((char)b))
            if (b == '\n') return line.ToString().TrimEnd('\r');
        return null;
    }

    private bool TakeContent(Stream stream)
    {
        StringBuilder content = new("\r\n");
        for (int b; (b = stream.ReadByte()) >= 0;)
        {
            content.Append((char)b);
            if (b != '\n' || content.Length < 5 || content.ToString(content.Length - 5, 5) != "\r\n.\r\n") continue;
            lock (_messages) _messages.Add(content.ToString(2, content.Length - 5));
            return true;
        }
        return false;
    }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_sockets) _sockets.ForEach(s => s.Dispose());
    }
}
