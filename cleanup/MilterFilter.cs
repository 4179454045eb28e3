using System.Buffers;
using System.Text;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Milter;
using MtaSuite.Common.Milter.Client;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Cleanup;

/// <summary>
/// The milters of one message. Those of smtpd come with the message, in the middle of their conversation; those of mail that did not come
/// by SMTP get a simulated session here. Each sees the message as the ones before it left it. Owns its copies of the
/// connections.
/// </summary>
internal sealed class MilterFilter : IContentFilter
{
    private readonly List<MilterSession> _milters = [];
    private readonly List<(IReadOnlyList<string>? EndOfHeader, IReadOnlyList<string>? EndOfMessage)> _macros = [];
    private readonly CleanupService? _session;
    private int _seen;
    private bool _held;

    /// <summary>Milters that smtpd handed over, with their connections.</summary>
    public MilterFilter(EventLoop loop, List<MilterHandover> handedOver, FileDescriptor[] descriptors)
    {
        for (int i = 0; i < handedOver.Count; i++)
        {
            _milters.Add(MilterSession.Resume(loop, handedOver[i], descriptors[i].Release()));
            _macros.Add((handedOver[i].EndOfHeaderMacros, handedOver[i].EndOfMessageMacros));
        }
    }

    /// <summary>Milters that get this message only.</summary>
    public MilterFilter(CleanupService service)
    {
        _session = service;
        foreach (MilterService milter in service.Milters.NonSmtpd) _milters.Add(new MilterSession(service.Loop, milter));
    }

    public string Name => "milter";

    /// <summary>Bit for bit the milters whose conversation can go on in smtpd.</summary>
    public long InStep { get; private set; }

    /// <summary>Bit for bit those that need a new connection for the next message.</summary>
    public long ToReopen { get; private set; }

    public async ValueTask<FilterVerdict> FilterAsync(EditableMessage message)
    {
        MilterVerdict verdict = default;
        string stage = "END-OF-MESSAGE";
        if (_session is { } service) (verdict, stage) = await new SimulatedSession(service, message, _milters, _macros).RunAsync();
        if (verdict.Kind == MilterVerdictKind.Hold) Hold(message, stage);
        for (int i = 0; i < _milters.Count && !verdict.IsFinal && !message.HasFailed && !message.IsDiscarded; i++)
        {
            stage = "END-OF-MESSAGE";
            message.Header.HideOwnReceived();
            verdict = await ContentAsync(_milters[i], message, _macros[i].EndOfHeader, _macros[i].EndOfMessage);
            if (message.IsEndedByChecks) verdict = default;
            if (verdict.Kind == MilterVerdictKind.Hold) Hold(message, stage);
            _seen = i + 1;
        }
        await EndAsync();
        return verdict.IsFinal ? Final(message, verdict, stage) : default;
    }

    /// <summary>Nobody is asked: the milters hear that the message is over.</summary>
    public ValueTask SkipAsync() => EndAsync();

    /// <summary>Gives connections back, or ends sessions that were there for this message only.</summary>
    private async ValueTask EndAsync()
    {
        for (int i = 0; i < _milters.Count; i++)
        {
            if (i >= _seen) _milters[i].Abort();
            if (_session is not null) _milters[i].Quit();
            else if (_milters[i].IsOutOfStep) ToReopen |= 1L << i;
            else if (await _milters[i].GiveBackAsync()) InStep |= 1L << i;
        }
    }

    // ---- content ---------------------------------------------------------------------------------------------------

    private static async ValueTask<MilterVerdict> ContentAsync(MilterSession milter, EditableMessage message,
        IReadOnlyList<string>? endOfHeader, IReadOnlyList<string>? endOfMessage)
    {
        MilterVerdict verdict = milter.Standing;
        if (milter.State != MilterState.Session) return verdict;
        for (int i = 0; i < message.Header.Count && milter.WantsHeaders && !verdict.IsFinal; i++)
        {
            if (i == message.Header.HiddenIndex) continue;
            if (!TrySplit(message.Header.Field(i), out byte[] name, out ReadOnlyMemory<byte> value)) continue;
            verdict = await milter.HeaderAsync(name, value, endOfHeader);
        }
        if (milter.State == MilterState.Session && !verdict.IsFinal) verdict = await milter.EndOfHeaderAsync(endOfHeader);
        if (milter.WantsBody && !verdict.IsFinal) verdict = await BodyAsync(milter, message, endOfMessage);
        if (message.HasFailed)
        {
            milter.Abort();
            return default;
        }
        if (milter.State != MilterState.Session || verdict.IsFinal) return verdict;
        bool exact = ((milter.Options?.Steps ?? 0) & MilterSteps.HeaderLeadingSpace) != 0;
        return await milter.EndOfMessageAsync(new MilterEdits(message, exact), endOfMessage);
    }

    private static bool TrySplit(ReadOnlyMemory<byte> field, out byte[] name, out ReadOnlyMemory<byte> value)
    {
        ReadOnlySpan<byte> text = field.Span;
        int colon = text.IndexOf((byte)':');
        name = HeaderNames.NameOf(text).ToArray();
        int end = text.Length > 0 && text[^1] == '\n' ? text.Length - 1 : text.Length;
        value = colon < 0 ? default : field[(colon + 1)..end];
        return name.Length > 0;
    }

    /// <summary>The body in pieces of one packet, lines ending in CR LF.</summary>
    private static async ValueTask<MilterVerdict> BodyAsync(MilterSession milter, EditableMessage message, IReadOnlyList<string>? macros)
    {
        const int pieceSize = 32 * 1024;
        byte[] piece = ArrayPool<byte>.Shared.Rent(pieceSize), chunk = ArrayPool<byte>.Shared.Rent(MilterPackets.ChunkSize);
        MilterVerdict verdict = milter.Standing;
        int length = 0;
        for (long at = 0; milter.WantsBody && !verdict.IsFinal;)
        {
            int n = await message.ReadBodyAsync(at, piece.AsMemory(0, pieceSize));
            if (n == 0) break;
            at += n;
            for (int taken = 0; taken < n && milter.WantsBody && !verdict.IsFinal;)
            {
                taken += CrLf.Convert(piece.AsSpan(taken, n - taken), chunk.AsSpan(0, MilterPackets.ChunkSize), ref length);
                if (length < MilterPackets.ChunkSize - 1) continue;
                verdict = await milter.BodyAsync(chunk.AsMemory(0, length), macros);
                length = 0;
            }
        }
        if (length > 0 && milter.WantsBody && !verdict.IsFinal && !message.HasFailed)
            verdict = await milter.BodyAsync(chunk.AsMemory(0, length), macros);
        ArrayPool<byte>.Shared.Return(piece);
        ArrayPool<byte>.Shared.Return(chunk);
        return verdict;
    }

    // ---- verdicts --------------------------------------------------------------------------------------------------

    private void Hold(EditableMessage message, string stage)
    {
        if (!_held && (message.Envelope.Flags & MessageFlags.Hold) == 0)
            LogVerdict(message, "milter-hold", stage, "milter triggers HOLD action");
        _held = true;
        message.Hold();
    }

    private static FilterVerdict Final(EditableMessage message, MilterVerdict verdict, string stage)
    {
        if (verdict.Kind == MilterVerdictKind.Discard)
        {
            LogVerdict(message, "milter-discard", stage, "milter triggers DISCARD action");
            return new FilterVerdict(FilterAction.Discard) { IsLogged = true };
        }
        (int code, DsnStatus status, string text) = verdict.Reply;
        LogVerdict(message, "milter-reject", stage, $"{(status.IsEmpty ? "" : $"{status} ")}{text.Split('\n')[0]}");
        if (status.IsEmpty) status = new DsnStatus((byte)(code / 100), 0, 0);
        OutcomeKind kind = code >= 500 ? OutcomeKind.Permanent : OutcomeKind.Temporary;
        return new FilterVerdict(FilterAction.Refuse, new Outcome(kind, status, code, text)) { IsLogged = true };
    }

    /// <summary>
    /// "ID: milter-reject: END-OF-MESSAGE from name[addr]: 5.7.1 text; from=&lt;&gt; to=&lt;&gt; proto=ESMTP helo=&lt;&gt;".
    /// </summary>
    private static void LogVerdict(EditableMessage message, string what, string stage, string text)
    {
        Envelope e = message.Envelope;
        string? recipient = e.Recipients is not [var first, ..] ? null : first.Original.Length > 0 ? first.Original : first.Address;
        StringBuilder line = new(200);
        line.Append(what).Append(": ").Append(stage).Append(" from ").Append(SimulatedSession.OriginOf(e)).Append(": ").Append(text)
            .Append(';').AppendEnvelope(e.Sender, recipient, e.ClientProtocol, e.ClientHelo);
        LogLine.Info(e.QueueId).Free(line.ToString()).Send();
    }
}

/// <summary>Lines ending in LF to lines ending in CR LF.</summary>
internal static class CrLf
{
    /// <summary>
    /// Appends what there is room for behind <paramref name="length"/>; bytes of the source that were taken. No line end is cut in two: a
    /// target that has one byte left may be full.
    /// </summary>
    public static int Convert(ReadOnlySpan<byte> source, Span<byte> target, ref int length)
    {
        int taken = 0;
        while (taken < source.Length)
        {
            int lf = source[taken..].IndexOf((byte)'\n');
            int plain = Math.Min(lf < 0 ? source.Length - taken : lf, target.Length - length);
            source.Slice(taken, plain).CopyTo(target[length..]);
            taken += plain;
            length += plain;
            if (taken == source.Length || source[taken] != '\n' || target.Length - length < 2) return taken;
            target[length++] = (byte)'\r';
            target[length++] = (byte)'\n';
            taken++;
        }
        return taken;
    }
}
