using System.Net;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Log;
using MtaSuite.Common.Milter.Server;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;
using MtaSuite.Mailauth.Sessions;

namespace MtaSuite.Mailauth;

/// <summary>
/// Takes the connections of mail servers, as many at once as it may. A connection lasts as long as an SMTP session there: one that were
/// closed between two messages would count as failed, so draining waits for the end of each.
/// </summary>
internal sealed class MailauthService(MailauthServices services) : IService
{
    private readonly HashSet<MilterConversation> _conversations = [];
    private readonly List<Listener> _listeners = [];
    private readonly LimitedWarning _full = new(services.Loop), _broken = new(services.Loop);
    private Action? _drained;
    private bool _isFull;

    public int Active => _conversations.Count;

    /// <summary>Serves a listening socket; owns it.</summary>
    public void Listen(int fd)
    {
        _ = Sockets.SetSocketOption(fd, Sockets.IPPROTO_TCP, Sockets.TCP_NODELAY, 1);
        _listeners.Add(new Listener(services.Loop, fd, Accept));
    }

    public void Accept(int fd, IPEndPoint? remote) => ServeAsync(new Connection(services.Loop, fd, remote)).Detach();

    private async Task ServeAsync(Connection connection)
    {
        MilterConversation conversation = new(connection, () => new MailauthHandler(services));
        _conversations.Add(conversation);
        Pace();
        await conversation.RunAsync();
        if (conversation.Problem.Length > 0)
            _broken.Add($"connection of a mail server{(connection.Remote is { } peer ? $" at {peer}" : "")}: {conversation.Problem}");
        _conversations.Remove(conversation);
        Pace();
        LeaveIfDone();
    }

    /// <summary>Leaves connections in the backlog while there are too many.</summary>
    private void Pace()
    {
        bool isFull = _conversations.Count >= services.Settings.ConnectionLimit;
        if (isFull == _isFull || _drained != null) return;
        _isFull = isFull;
        if (isFull) _full.Add($"{_conversations.Count} connections of mail servers (mailauth_connection_limit): others wait");
        foreach (Listener listener in _listeners)
        {
            if (isFull) listener.Pause();
            else listener.Resume();
        }
    }

    public void Drain(Action done)
    {
        _drained = done;
        foreach (Listener listener in _listeners) listener.Dispose();
        LeaveIfDone();
    }

    public void Stop()
    {
        foreach (MilterConversation conversation in _conversations.ToArray())
            if (!conversation.IsInMessage) conversation.Close();
    }

    private void LeaveIfDone()
    {
        if (_drained == null || _conversations.Count > 0) return;
        Action done = _drained;
        _drained = null;
        done();
    }
}
