using System.Globalization;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Qshape;

/// <summary>qshape: how many messages wait for which domains, and for how long. Reads the spool: for root and mail_owner.</summary>
internal static class QshapeCommand
{
    private const string Usage = "usage: qshape [-s] [-p] [-m min_subdomains] [-b bucket_count] [-t bucket_time] [-l] [-w terminal_width] "
        + "[-N batch_msg_count] [-n batch_top_domains] [-c config_directory] [-j] [queue_name ...]";

    public const string Manual = """
        qshape - show the distribution of the queue over domains and ages

        usage: qshape [OPTION...] [QUEUE...]

        QUEUE: active, incoming, deferred, hold, maildrop, corrupt, or the absolute path of such a folder; incoming and active without one.
          -s        sender domains, by message; otherwise recipient domains, by recipient
          -p        rows for parent domains too; -m N those with N subdomains or more (5)
          -b N      number of age columns (10)
          -t N      the first column's limit in minutes (5); each next one is twice as long
          -l        each next one is longer by the same time
          -w N      width of the output (80 at least)
          -n N      only the first N rows (20 on a terminal, otherwise all)
          -N N      on a terminal show the result so far after every N messages (1000)
          -c DIR    configuration folder
          -j        JSON: one object for each domain, with its total and its counts by age

        The columns: T is the total; each of the others counts what is younger than its number of minutes and not in a column further left.

        Exit status: 0 done; 1 error, or wrong usage.

        """;

    private sealed class Options
    {
        public QshapeShape Shape = new();
        public bool Senders, Json;
        public int Width = 80, Top = -1, Batch = -1;
        public string? Directory;
    }

    public static int Run(string[] args)
    {
        Options o = new();
        GetOpt words = new(args, "b:c:hjlm:n:N:pst:w:");
        for (char c = words.Next(); c != '\0'; c = words.Next())
        {
            int number = 0;
            if (c is 'b' or 'm' or 'n' or 'N' or 't' or 'w'
                && (!int.TryParse(words.Value, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number < 0))
                return Tool.Fatal(1, $"bad number: {words.Value}");
            switch (c)
            {
                case 'b' when number > 0: o.Shape = o.Shape with { Buckets = Math.Min(number, 100) }; break;
                case 't' when number > 0: o.Shape = o.Shape with { Minutes = number }; break;
                case 'm' when number > 0: o.Shape = o.Shape with { MinSubdomains = number }; break;
                case 'l': o.Shape = o.Shape with { Linear = true }; break;
                case 'p': o.Shape = o.Shape with { Parents = true }; break;
                case 'n': o.Top = number; break;
                case 'N': o.Batch = number; break;
                case 'w': o.Width = Math.Max(80, number); break;
                case 's': o.Senders = true; break;
                case 'j': o.Json = true; break;
                case 'c': o.Directory = words.Value; break;
                case 'b' or 't' or 'm': break;
                default: return Tool.Fatal(1, Usage);
            }
        }
        bool terminal = Terminal.IsATty(1) == 1 && !o.Json;
        if (o.Top < 0) o.Top = terminal ? 20 : 0;
        o.Batch = terminal ? o.Batch < 0 ? 1000 : o.Batch : 0;
        return Show(o, words.Operands.Count > 0 ? [.. words.Operands] : [SpoolDirectory.Incoming, SpoolDirectory.Active]);
    }

    private static int Show(Options o, string[] queues)
    {
        MailConfig? config = Array.TrueForAll(queues, q => q.StartsWith('/')) ? null : Tool.LoadConfig(o.Directory, "qshape");
        if (config == null && !Array.TrueForAll(queues, q => q.StartsWith('/'))) return 1;
        QshapeTable table = new(o.Shape);
        long now = QueueId.Microseconds(), messages = 0;
        foreach (string queue in queues)
        {
            if (!queue.StartsWith('/') && !SpoolDirectory.Queues.Contains(queue)) return Tool.Fatal(1, $"no such queue: {queue}");
            if (FolderOf(config, queue) is var folder && Paths.Access(folder, Paths.R_OK | Paths.X_OK) != 0)
                return Tool.Fatal(1, $"open {folder}: {Errno.Text()}");
        }
        foreach (Envelope e in QshapeQueues.Read(config, queues))
        {
            TimeSpan age = TimeSpan.FromMicroseconds(Math.Max(0, now - e.ArrivalMicroseconds));
            if (o.Senders) table.Add(e.Sender, age);
            else
                foreach (EnvelopeRecipient recipient in e.Recipients)
                    if (!recipient.Done) table.Add(recipient.Address, age);
            // clears the terminal, as clear(1) does
            if (o.Batch > 0 && ++messages % o.Batch == 0) Tool.Print("\x1b[H\x1b[2J" + table.Print(o.Width, o.Top));
        }
        if (o.Batch > 0 && messages >= o.Batch) Tool.Print("\x1b[H\x1b[2J");
        Tool.Print(o.Json ? Json(table, o) : Tool.PrintableLines(table.Print(o.Width, o.Top)));
        return 0;
    }

    private static string FolderOf(MailConfig? config, string queue) =>
        queue.StartsWith('/') ? queue : $"{config!.Get(CommonParams.QueueDirectory)}/{queue}";

    private static string Json(QshapeTable table, Options o)
    {
        string[] headings = table.Headings();
        return string.Concat(table.Rows(o.Top).Select(row => new JsonLine().Text("domain", row.Name).Number("total", row.Counts[0])
            .Objects("ages", Enumerable.Range(1, headings.Length - 1), (json, i) =>
            {
                // the last one has no limit
                if (i < headings.Length - 1) json.Number("below_minutes", long.Parse(headings[i], CultureInfo.InvariantCulture));
                json.Number("count", row.Counts[i]);
            }).ToString()));
    }
}
