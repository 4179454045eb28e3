using MtaSuite.Common.Hosting;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Sendmail;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postdrop;

/// <summary>
/// postdrop: a message with its envelope from standard input, in the form of a queue file (docs/QUEUE_FILE.md), into the queue by the way
/// sendmail takes: a saved queue file can be submitted again, and programs can give addresses without a command line.
/// </summary>
internal static class PostdropCommand
{
    public const string Manual = """
        postdrop - submit a message in queue file form

        usage: postdrop [-rv] [-c DIR] < FILE

        Reads a queue file from standard input and submits it: envelope records for sender (S), recipients (R), original recipients (O, D),
        notification requests (Q, Y, I), body type (B), full name (E) and flags (F) are used; recipients that are done and all other records
        are ignored. The length in the head may be left blank: then the content ends with the input. Addresses with line breaks or NUL
        are refused.

          -r    accepted and ignored: there is only this format

        Prints the queue id. Exit status as sendmail's; 65 when the input is not a queue file.

        """;

    public static int Run(string[] args)
    {
        GetOpt options = new(args, "c:rv");
        string? directory = null;
        for (char c = options.Next(); c != '\0'; c = options.Next())
        {
            if (c == 'c') directory = options.Value;
            else if (c == '?') return Tool.Fatal(ExitCode.Usage, "usage: postdrop [-c config_dir] [-r] [-v]");
        }
        if (options.Operands.Count > 0) return Tool.Fatal(ExitCode.Usage, "usage: postdrop [-c config_dir] [-r] [-v]");
        QuickConfig? config = Tool.LoadQuickConfig(directory, "postdrop");
        if (config == null) return ExitCode.TryLater;
        Input input = new();
        if (!input.TryReadEnvelope(out Envelope envelope, out long length))
            return Tool.Fatal(ExitCode.DataError, "malformed input: not a queue file");
        if (Refusal(envelope) is { } refusal) return Tool.Fatal(ExitCode.DataError, refusal);
        return Submit(config, input, envelope, length);
    }

    private static string? Refusal(Envelope e)
    {
        if (IsBad(e.Sender) || IsBad(e.FullName) || IsBad(e.EnvelopeId)
            || e.Recipients.Exists(r => IsBad(r.Address) || IsBad(r.DsnOriginal)))
            return "malformed input: line break or NUL in the envelope";
        return e.Recipients.Count == 0 && (e.Flags & MessageFlags.ExtractRecipients) == 0 ? "malformed input: no recipients" : null;
    }

    private static bool IsBad(string text) => text.AsSpan().ContainsAny('\0', '\r', '\n');

    private static int Submit(QuickConfig config, Input input, Envelope envelope, long length)
    {
        SubmitRequest request = new() { Envelope = envelope, LocalClient = true };
        if ((envelope.Flags & MessageFlags.ExtractRecipients) != 0) request.Cleanup = CleanupFlags.ExtractRecipients;
        using OutgoingMail submission = OutgoingMail.Open(config, request);
        if (!input.TryCopy(submission, length)) return Tool.Fatal(ExitCode.DataError, "malformed input: it ends within the message");
        Outcome outcome = submission.Finish();
        if (!outcome.IsOk) return Tool.Fatal(SubmitCommand.Status(outcome), outcome.Text);
        Tool.Print(outcome.Text + "\n");
        return ExitCode.Ok;
    }

    /// <summary>Standard input as a queue file.</summary>
    private sealed class Input
    {
        /// <summary>Larger than what one message between processes may hold is not worth reading.</summary>
        private const int MaxEnvelope = 16 * 1024 * 1024;
        private byte[] _buffer = new byte[64 * 1024];
        private int _start, _end;

        public bool TryReadEnvelope(out Envelope envelope, out long length)
        {
            envelope = new Envelope();
            length = -1;
            while (_end < QueueFileHead.Size && Fill()) { }
            if (!QueueFileHead.TryRead(_buffer.AsSpan(0, _end), out QueueFileHead head)) return false;
            if (head.IsUnfinished && !TryFindEnvelope(ref head)) return false;
            // read forward only: the segments must stand in their order
            long start = head.EnvelopeOffset, end = start + head.EnvelopeLength;
            if (end > MaxEnvelope || (!head.IsUnfinished && (head.Content.HeaderOffset != end || !head.Content.IsContiguous))) return false;
            while (_end < end)
                if (!Fill()) return false;
            if (!QueueFileFormat.TryReadEnvelope(_buffer.AsSpan((int)start, head.EnvelopeLength), head, envelope)) return false;
            envelope.Recipients.RemoveAll(r => r.Done);
            _start = (int)end;
            if (!head.IsUnfinished) length = head.Content.Length;
            return true;
        }

        /// <summary>Where the sizes are not known yet, an empty line ends the envelope.</summary>
        private bool TryFindEnvelope(ref QueueFileHead head)
        {
            int start = (int)head.EnvelopeOffset, found;
            while ((found = _buffer.AsSpan(start, Math.Max(0, _end - start)).IndexOf("\n\n"u8)) < 0)
                if (_end > MaxEnvelope || !Fill()) return false;
            head = head with { EnvelopeLength = found + 2 };
            return true;
        }

        /// <summary>Hands the content over; false when there is less of it than the head says.</summary>
        public bool TryCopy(OutgoingMail submission, long length)
        {
            long left = length < 0 ? long.MaxValue : length;
            while (left > 0)
            {
                if (_start == _end)
                {
                    (_start, _end) = (0, 0);
                    if (!Fill()) return length < 0;
                }
                int n = (int)Math.Min(_end - _start, left);
                if (!submission.Write(_buffer.AsSpan(_start, n))) return true;
                _start += n;
                left -= n;
            }
            return true;
        }

        private bool Fill()
        {
            if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
            int n = FileIO.ReadRetry(0, _buffer.AsSpan(_end));
            if (n > 0) _end += n;
            return n > 0;
        }
    }
}
