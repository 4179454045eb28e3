using MtaSuite.Common.Log;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>
/// What is said in a session, where somebody wants it: kept for the postmaster (notify_classes), written into the log (debug_peer_list,
/// -v), or both. In the log "&lt;" is the client, "&gt;" are we. Neither content nor credentials.
/// </summary>
internal sealed class Dialogue
{
    private string? _loggedPeer;

    /// <summary>Keeps what is said; null: nobody wants it.</summary>
    public Transcript? Transcript { get; init; }

    /// <summary>Writes what is said from now on into the log.</summary>
    public void LogAs(string peer) => _loggedPeer = peer;

    public void In(ReadOnlySpan<byte> line)
    {
        Transcript?.In(line);
        if (_loggedPeer is not null) Log.Info($"< {_loggedPeer}: {Transcript.Harmless(line)}");
    }

    /// <param name="wire">A reply with its line ends.</param>
    public void Out(ReadOnlySpan<byte> wire)
    {
        Transcript?.Out(wire);
        if (_loggedPeer is null) return;
        foreach (Range range in wire.Split("\r\n"u8))
            if (!wire[range].IsEmpty) Log.Info($"> {_loggedPeer}: {Transcript.Harmless(wire[range])}");
    }
}
