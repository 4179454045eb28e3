using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MtaSuite.Tests.Unit.Relay;

/// <summary>
/// A server that behaves, but for what its script says. The script maps a step to what happens there instead of the usual reply:
/// <code>
/// step   = [ n ":" ] ( "connect" / "EHLO" / "HELO" / "LHLO" / "MAIL" / "RCPT" / "RCPT b@x" / "DATA" / "dot" / "RSET" / "QUIT" / "body"
///          / "BDAT" )
/// action = reply lines separated by LF / "drop" / "reset" / "silent" / "endless" / "longline" / "raw:" bytes / "slow:" reply
///          / "take+" action / "say+drop:" reply
/// </code>
/// n counts connections from 1. "take+" at the dot: the message is taken before the action happens.
/// </summary>
internal sealed class ScriptedPeer : IDisposable
{
    private readonly Socket _listener;
    private readonly Dictionary<string, string> _script;
    private readonly bool _lmtp;
    private readonly List<Socket> _sockets = [];
    private int _connections;

    public ScriptedPeer(Dictionary<string, string>? script = null,
        string offers = "PIPELINING\n8BITMIME\nSIZE 100000\nDSN\nSMTPUTF8\nENHANCEDSTATUSCODES", bool lmtp = false,
        string? path = null)
    {
        (_script, _lmtp) = (script ?? [], lmtp);
        Offers = offers;
        _listener = path == null ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(path == null ? new IPEndPoint(IPAddress.Loopback, 0) : new UnixDomainSocketEndPoint(path));
        _listener.Listen(500);
        EndPoint = _listener.LocalEndPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0);
        new Thread(AcceptAll) { IsBackground = true }.Start();
    }

    public string Offers { get; }
    public IPEndPoint EndPoint { get; }
    public int Connections => Volatile.Read(ref _connections);
    /// <summary>All command lines of all connections, "n: LINE".</summary>
    public List<string> Commands { get; } = [];
    /// <summary>Messages taken: their recipients and their content as it came over the wire, dots and all.</summary>
    public List<(string[] Recipients, string Sender, byte[] Content)> Taken { get; } = [];

    public int TakenFor(string recipient)
    {
        lock (Taken) return Taken.Sum(t => t.Recipients.Count(r => r == recipient));
    }

    private void AcceptAll()
    {
        try
        {
            while (true)
            {
                Socket socket = _listener.Accept();
                if (_listener.AddressFamily == AddressFamily.InterNetwork) socket.NoDelay = true;
                lock (_sockets) _sockets.Add(socket);
                int number = Interlocked.Increment(ref _connections);
                new Thread(() => Serve(socket, number)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException) { } // disposed: whichever of the two comes of it
        catch (ObjectDisposedException) { }
    }

    private void Serve(Socket socket, int number)
    {
        try
        {
            new Dialogue(this, socket, number).Run();
        }
        catch (IOException) { } // gone before its first line
        catch (ObjectDisposedException) { }
    }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_sockets)
            foreach (Socket socket in _sockets) socket.Dispose();
    }

    /// <summary>One connection.</summary>
    private sealed class Dialogue(ScriptedPeer peer, Socket socket, int number)
    {
        private readonly NetworkStream _stream = new(socket, ownsSocket: true);
        private readonly List<string> _recipients = [];
        private string _sender = "";
        private bool _mailTaken;
        private readonly MemoryStream _chunks = new();

        public void Run()
        {
            try
            {
                if (!Act("connect", "220 peer.test ESMTP")) return;
                while (ReadLine() is { } line)
                {
                    lock (peer.Commands) peer.Commands.Add($"{number}: {line}");
                    if (!Handle(line)) return;
                }
            }
            finally { _stream.Dispose(); }
        }

        private bool Handle(string line)
        {
            string verb = line.Split(' ')[0].ToUpperInvariant();
            switch (verb)
            {
                case "EHLO" or "LHLO":
                    return Act(verb, "250-peer.test\n250-" + peer.Offers.Replace("\n", "\n250-") + "\n250 HELP");
                case "MAIL":
                    _sender = Path(line);
                    _recipients.Clear();
                    _chunks.SetLength(0);
                    bool mail = Act("MAIL", "250 2.1.0 Ok", out string? reply);
                    _mailTaken = reply!.StartsWith("25", StringComparison.Ordinal);
                    return mail;
                case "RCPT":
                    return Recipient(Path(line));
                case "DATA":
                    bool go = Act("DATA", _recipients.Count == 0 ? "554 5.5.1 no valid recipients" : "354 go on", out string? said);
                    return go && (said?.StartsWith("354", StringComparison.Ordinal) != true || Content());
                case "BDAT":
                    return Chunk(line.Split(' '));
                case "QUIT":
                    Act("QUIT", "221 2.0.0 bye");
                    return false;
                default:
                    return Act(verb, "250 2.0.0 Ok");
            }
        }

        private static string Path(string line) => line[(line.IndexOf('<') + 1)..line.IndexOf('>')];

        private bool Recipient(string address)
        {
            if (Find($"RCPT {address}") is { } special) return Perform(special, address);
            string? action = Find("RCPT");
            return Perform(action ?? (_mailTaken ? "250 2.1.5 Ok" : "503 5.5.1 MAIL first"), address);
        }

        private bool Perform(string action, string address)
        {
            if (action.StartsWith("25", StringComparison.Ordinal)) _recipients.Add(address);
            return Perform(action);
        }

        private bool Content()
        {
            if (Find("body") is { } action && !Perform(action)) return false;
            List<byte> content = [];
            byte[] end = "\r\n.\r\n"u8.ToArray();
            while (true)
            {
                int b = _stream.ReadByte();
                if (b < 0) return false;
                content.Add((byte)b);
                if (content.Count == 3 && content.SequenceEqual(".\r\n"u8.ToArray())) break;
                if (content.Count >= 5 && b == '\n' && content.TakeLast(5).SequenceEqual(end)) break;
            }
            return Finish([.. content]);
        }

        private bool Chunk(string[] words)
        {
            byte[] chunk = new byte[int.Parse(words[1])];
            _stream.ReadExactly(chunk);
            _chunks.Write(chunk);
            if (words is [_, _, "LAST"]) return Finish(_chunks.ToArray());
            return Act("BDAT", "250 2.0.0 chunk");
        }

        private bool Finish(byte[] content)
        {
            string action = Find("dot") ?? "";
            bool take = action.Length == 0 || action.StartsWith("take+", StringComparison.Ordinal)
                || action.StartsWith("25", StringComparison.Ordinal)
                || (peer._lmtp && !action.StartsWith('4'));
            if (take && _recipients.Count > 0)
                lock (peer.Taken) peer.Taken.Add(([.. _recipients], _sender, content));
            if (action.StartsWith("take+", StringComparison.Ordinal)) action = action[5..];
            if (action.Length > 0) return Perform(action);
            if (!peer._lmtp) return Perform(_recipients.Count == 0 ? "554 5.5.1 no valid recipients" : "250 2.0.0 taken");
            foreach (string r in _recipients)
                if (!Perform(Find($"dot {r}") ?? $"250 2.0.0 <{r}> taken")) return false;
            return true;
        }

        private string? Find(string step) => peer._script.GetValueOrDefault($"{number}:{step}") ?? peer._script.GetValueOrDefault(step);

        private bool Act(string step, string usual) => Act(step, usual, out _);

        private bool Act(string step, string usual, out string? said)
        {
            said = Find(step) ?? usual;
            return Perform(said);
        }

        /// <summary>False: the connection is over.</summary>
        private bool Perform(string action)
        {
            switch (action)
            {
                case "drop":
                    return false;
                case "reset":
                    socket.LingerState = new LingerOption(true, 0);
                    return false;
                case "silent":
                    while (_stream.ReadByte() >= 0) { }
                    return false;
                case "endless":
                    while (true) Send("250-more and more of this\r\n");
                case "longline":
                    Send("250 ");
                    while (true) Send(new string('x', 1000));
                default:
                    return Speak(action);
            }
        }

        private bool Speak(string action)
        {
            if (action.StartsWith("raw:", StringComparison.Ordinal)) Send(action[4..]);
            else if (action.StartsWith("say+drop:", StringComparison.Ordinal))
            {
                Send(action[9..] + "\r\n");
                return false;
            }
            else if (action.StartsWith("slow:", StringComparison.Ordinal))
            {
                foreach (char c in action[5..].Replace("\n", "\r\n") + "\r\n")
                {
                    Send(c.ToString());
                    Thread.Sleep(2);
                }
            }
            else Send(action.Replace("\n", "\r\n") + "\r\n");
            return true;
        }

        private void Send(string text) => _stream.Write(Encoding.Latin1.GetBytes(text));

        private string? ReadLine()
        {
            List<byte> line = [];
            while (true)
            {
                int b = _stream.ReadByte();
                if (b < 0) return null;
                if (b != '\n') line.Add((byte)b);
                else return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }
        }
    }
}
