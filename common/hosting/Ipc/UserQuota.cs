namespace MtaSuite.Common.Ipc;

/// <summary>
/// What each local user has open at one service, held against <see cref="UserLimits"/>. One user at a limit is refused; the others are
/// served. On the loop's
/// thread.
/// </summary>
public sealed class UserQuota(UserLimits limits)
{
    private readonly Dictionary<uint, UserShare> _shares = [];
    private int _connections;

    public UserLimits Limits => limits;

    /// <summary>The limits hold for root and the user of this process as well. For tests.</summary>
    public bool AppliesToAll { get; init; }

    /// <summary>Users that have something open.</summary>
    public int Users => _shares.Count;

    /// <summary>A user connects: the user's share, with the connection counted; null, with the reason, at a limit.</summary>
    internal UserShare? TryConnect(uint uid, out string refusal)
    {
        if (!_shares.TryGetValue(uid, out UserShare? share)) share = new UserShare(limits);
        refusal = share.Connections >= limits.Connections ? $"uid {uid} has {share.Connections} connections open"
            : _connections >= limits.AllConnections ? $"local users have {_connections} connections open" : "";
        if (refusal.Length > 0) return null;
        _shares[uid] = share;
        share.Connections++;
        _connections++;
        return share;
    }

    internal void Disconnect(uint uid, UserShare share)
    {
        _connections--;
        if (--share.Connections == 0) _shares.Remove(uid);
    }
}

/// <summary>One user's part of a service.</summary>
internal sealed class UserShare(UserLimits limits)
{
    private int _requests;
    private long _envelopes, _content;

    public UserLimits Limits => limits;

    public int Connections { get; set; }

    /// <summary>Takes a request of so many bytes on; the reason where that is too much.</summary>
    public string? TryBegin(int bytes)
    {
        if (_requests >= limits.Requests) return "too many requests at once";
        if (_requests > 0 && _envelopes + bytes > limits.EnvelopeBytes) return "too many recipients in requests at once";
        _requests++;
        _envelopes += bytes;
        return null;
    }

    public void End(int bytes)
    {
        _requests--;
        _envelopes -= bytes;
    }

    /// <summary>Content came (or, negative, was passed on); false when it is too much.</summary>
    public bool TryHold(int bytes) => (_content += bytes) <= limits.ContentBytes || bytes <= 0;
}
