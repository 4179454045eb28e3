using System.Globalization;
using System.Text;
using MtaSuite.Common.Net;
using MtaSuite.Common.Sasl;

namespace MtaSuite.Smtpd.Auth.BackEnds;

/// <summary>One connection to Dovecot's authentication server, which it owns. Ends by itself, and then fails what is in flight.</summary>
internal sealed class DovecotLink(EventLoop loop, Connection connection)
{
    private const int MaxMechanisms = 64;
    private readonly Connection _connection = connection;
    private readonly Dictionary<uint, Pending> _pending = [];
    private readonly List<SaslMechanism> _mechanisms = [];
    private uint _lastId;

    private sealed record Pending(Promise<SaslResult> Result, LoopTimer Limit);

    /// <summary>The handshake is complete; the mechanisms.</summary>
    public required Action<SaslMechanism[]> Ready { get; init; }

    /// <summary>The connection is gone; why, or null when it just ended.</summary>
    public required Action<string?> Closed { get; init; }

    public bool IsOpen => _connection.IsOpen;
    public bool IsReady { get; private set; }

    public void Start()
    {
        Send(string.Create(CultureInfo.InvariantCulture, $"VERSION\t1\t1\nCPID\t{Environment.ProcessId}\n"));
        ReadAsync().Detach();
    }

    /// <summary>Begins a request: the parameters of AUTH behind its id.</summary>
    public uint Begin(string parameters, Promise<SaslResult> result, TimeSpan timeout)
    {
        uint id = ++_lastId;
        Expect(id, result, timeout);
        Send(string.Create(CultureInfo.InvariantCulture, $"AUTH\t{id}\t{parameters}\n"));
        return id;
    }

    public void Continue(uint id, byte[] response, Promise<SaslResult> result, TimeSpan timeout)
    {
        Expect(id, result, timeout);
        Send(string.Create(CultureInfo.InvariantCulture, $"CONT\t{id}\t{Convert.ToBase64String(response)}\n"));
    }

    public void Cancel(uint id)
    {
        _pending.Remove(id);
        if (IsOpen) Send(string.Create(CultureInfo.InvariantCulture, $"CANCEL\t{id}\n"));
    }

    private void Expect(uint id, Promise<SaslResult> result, TimeSpan timeout)
    {
        LoopTimer limit = loop.After(timeout, () =>
        {
            Cancel(id);
            result.TrySet(SaslResult.Temporary("Authentication server does not answer"));
        });
        _pending[id] = new Pending(result, limit);
    }

    private void Send(string lines) => _connection.Write(Encoding.UTF8.GetBytes(lines));

    private async Task ReadAsync()
    {
        string? problem = null;
        while (problem is null && await _connection.FillAsync() == ReadStatus.Data) problem = TakeLines();
        if (problem is null && !IsReady) problem = "the connection ended in the handshake";
        IsReady = false;
        _connection.Dispose();
        Pending[] lost = [.. _pending.Values];
        _pending.Clear();
        Closed(problem);
        foreach (Pending pending in lost)
        {
            pending.Limit.Cancel();
            pending.Result.TrySet(SaslResult.Temporary(DovecotBackEnd.Lost));
        }
    }

    /// <summary>Takes all complete lines; what is wrong with one, or null.</summary>
    private string? TakeLines()
    {
        while (true)
        {
            int end = _connection.Input.IndexOf((byte)'\n');
            if (end < 0) return _connection.Input.Length > DovecotLine.MaxLength ? "the line is too long" : null;
            string[] parts = DovecotLine.Split(_connection.Input[..end]);
            _connection.Consume(end + 1);
            if (Take(parts) is { } problem) return problem;
            if (!_connection.IsOpen) return null;
        }
    }

    private string? Take(string[] parts)
    {
        switch (parts[0])
        {
            case "VERSION": return parts.Length > 1 && parts[1] == "1" ? null : "another major version of the protocol";
            case "MECH" when parts.Length > 1 && _mechanisms.Count < MaxMechanisms
                && SaslMechanism.IsName(Encoding.UTF8.GetBytes(parts[1])):
                _mechanisms.Add(DovecotLine.Mechanism(parts));
                return null;
            // RFC 4422 names mechanisms; a socket for masters has none
            case "DONE" when _mechanisms.Count == 0: return "no mechanisms: is this the socket for clients?";
            case "DONE":
                IsReady = true;
                Ready([.. _mechanisms]);
                return null;
            case "OK" or "FAIL" or "CONT": return Answer(parts);
            // SPID, CUID, COOKIE, and what later versions add
            default: return null;
        }
    }

    private string? Answer(string[] parts)
    {
        if (parts.Length < 2 || !uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint id))
            return "an answer without an id";
        // cancelled meanwhile
        if (!_pending.Remove(id, out Pending? pending)) return null;
        pending.Limit.Cancel();
        pending.Result.TrySet(Result(parts));
        return null;
    }

    internal static SaslResult Result(string[] parts)
    {
        string user = DovecotLine.Parameter(parts, "user") ?? "", reason = DovecotLine.Parameter(parts, "reason") ?? "";
        switch (parts[0])
        {
            case "CONT":
                return ScramMessage.Base64(parts.Length > 2 ? parts[2] : "") is { } challenge ? SaslResult.Continue(challenge)
                : SaslResult.Temporary("Authentication backend error");
            case "OK": return user.Length > 0 ? SaslResult.Success(user) : SaslResult.Temporary("Authentication backend error");
            default:
                bool later = DovecotLine.Parameter(parts, "temp") is not null || DovecotLine.Parameter(parts, "code") == "temp_fail";
                if (later) return SaslResult.Temporary(reason.Length > 0 ? reason : "Temporary authentication server trouble", user);
                return SaslResult.Fail(user, "", reason.Length > 0 ? reason : SaslResult.Refused);
        }
    }
}
