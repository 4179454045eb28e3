using MtaSuite.Common.Net;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>
/// Cuts the client's input into command lines and answers of AUTH, sets the time limit of each wait, and notices what comes too early.
/// The wait for a command itself is in <see cref="SmtpSession.RunAsync"/>, so that an idle session has one state machine.
/// </summary>
internal sealed class CommandReader(SmtpSession session)
{
    private LineSplitter _splitter = new(LineLimit(session.Server.Settings.Normal));

    /// <summary>The client has sent something before it was its turn.</summary>
    public bool ImproperPipelining { get; private set; }

    /// <summary>Something has come behind the command under way.</summary>
    public bool HasInput()
    {
        if (!session.Connection.Input.IsEmpty) return true;
        Connection.FillAwaiter fill = session.Connection.FillAsync();
        return fill.IsCompleted && fill.GetResult() == ReadStatus.Data;
    }

    // RFC 4954 4.1: AUTH with an initial response may be longer than other commands
    private static int LineLimit(SmtpdSettings s) => s.Auth.Enabled ? Math.Max(s.LineLengthLimit, s.Auth.ResponseLimit) : s.LineLengthLimit;

    /// <summary>Takes a line that has come; it stays valid until the next wait for input.</summary>
    /// <param name="bareLf">It ended in LF without CR.</param>
    public LineStatus TakeCommand(out ReadOnlyMemory<byte> line, out bool bareLf)
    {
        ReadOnlyMemory<byte> input = session.Connection.InputMemory;
        LineStatus status = _splitter.Next(input.Span, out ReadOnlySpan<byte> text, out int consumed, out bareLf);
        line = input[..text.Length];
        session.Connection.Consume(consumed);
        bool tooLong = status == LineStatus.Complete && text.Length > session.Settings.LineLengthLimit
            && CommandLine.Parse(line.Span).Verb != SmtpVerb.Auth;
        return tooLong ? LineStatus.TooLong : status;
    }

    /// <summary>
    /// Reads a line that is no command (RFC 4954 4): longer than those may be. Null, with everything said, when the connection ended; a
    /// line over the limit is <c>TooLong</c>.
    /// </summary>
    public async ValueTask<(byte[]? Line, bool TooLong)> ReadResponseAsync(int limit)
    {
        LineSplitter splitter = new(limit);
        bool fresh = true;
        while (true)
        {
            LineStatus status = splitter.Next(session.Connection.Input, out ReadOnlySpan<byte> line, out int consumed, out _);
            byte[]? copy = status == LineStatus.Complete ? line.ToArray() : null;
            session.Connection.Consume(consumed);
            if (status == LineStatus.Endless) session.Close();
            if (status != LineStatus.Incomplete) return (copy, copy is null);
            SetDeadline(fresh);
            fresh = false;
            ReadStatus read = await session.Connection.FillAsync();
            if (read == ReadStatus.Data) continue;
            session.Lost(read);
            return (null, false);
        }
    }

    /// <summary>
    /// Sets the time limit of the wait that follows: for each read, or with smtpd_per_request_deadline for the whole request.
    /// </summary>
    /// <param name="fresh">The first wait of a request.</param>
    public void SetDeadline(bool fresh)
    {
        if (fresh || !session.Settings.PerRequestDeadline) session.Connection.SetDeadline(session.Settings.Timeout);
    }

    /// <summary>
    /// Looks whether input is there that the client should have held back until our reply. False: the session ends here
    /// (smtpd_forbid_unauth_pipelining), the client was told.
    /// </summary>
    public bool CheckPipelining()
    {
        if (ImproperPipelining || !HasInput()) return true;
        session.SessionLog.ImproperPipelining(session.Connection.Input);
        ImproperPipelining = true;
        if (!session.Settings.ForbidUnauthPipelining) return true;
        session.Reply(Replies.OutOfTurn);
        return false;
    }
}
