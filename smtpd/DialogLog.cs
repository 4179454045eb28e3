using MtaSuite.Common.Log;

namespace MtaSuite.Smtpd;

/// <summary>
/// Writes what is said in a session into the log (debug_peer_list, -v): "&lt;" is the client, "&gt;" are we. Neither content nor
/// credentials.
/// </summary>
internal sealed class DialogLog(string peer)
{
    public void In(ReadOnlySpan<byte> line) => Log.Info($"< {peer}: {Transcript.Harmless(line)}");

    /// <param name="wire">A reply with its line ends.</param>
    public void Out(ReadOnlySpan<byte> wire)
    {
        foreach (Range range in wire.Split("\r\n"u8))
            if (!wire[range].IsEmpty) Log.Info($"> {peer}: {Transcript.Harmless(wire[range])}");
    }
}
