using MtaSuite.Common.Mail;

namespace MtaSuite.Relay.Sessions;

/// <summary>In what way a session ended.</summary>
internal enum FailureKind : byte
{
    /// <summary>No connection.</summary>
    Unreachable,
    /// <summary>The server refused to talk, or what we need of it (TLS, login) was not to be had; it still answers.</summary>
    Refused,
    /// <summary>The server ended it, or the network did.</summary>
    Lost,
    /// <summary>The server took too long.</summary>
    TimedOut,
    /// <summary>What the server said makes no sense.</summary>
    Protocol,
    /// <summary>We ended it.</summary>
    Closed,
}

/// <summary>Why a session cannot go on, and what that means for those whose mail it had.</summary>
internal sealed record SessionFailure(FailureKind Kind, Outcome Outcome)
{
    /// <summary>
    /// A server that goes away between messages says nothing about the current message: it may be tried over a new connection at once.
    /// </summary>
    public bool IsGone => Kind == FailureKind.Lost;

    /// <summary>The server is not fit for what the sender demands (REQUIRETLS), and another one may be.</summary>
    public bool IsHostUnfit { get; init; }
}
