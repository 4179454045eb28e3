using MtaSuite.Common.Config;
using MtaSuite.Common.Spool;

namespace MtaSuite.Tools.Shared;

/// <summary>The selectors of postqueue and postsuper: --from --to --domain --older --newer --queue --status.</summary>
internal static class QueueSelection
{
    public static readonly string[] LongOptions = ["from:", "to:", "domain:", "older:", "newer:", "queue:", "status:"];

    public const string Manual = """
          --from ADDRESS    envelope sender: user@domain, user, @domain, or <> for notices
          --to ADDRESS      one of the recipients, in the same forms
          --domain DOMAIN   domain of one of the recipients; .example.com means those below it
          --older TIME      arrived longer ago (30m, 2h, 5d; a number is seconds)
          --newer TIME      arrived less long ago
          --queue NAME      active, incoming, deferred, hold, maildrop, corrupt; may be given several times
          --status REGEX    the reason for delay of one of the recipients

        """;

    /// <summary>Takes the option just read; an error text when its value makes no sense.</summary>
    public static string? Take(QueueFilter filter, GetOpt option)
    {
        switch (option.LongName)
        {
            case "from": filter.From = option.Value; break;
            case "to": filter.To = option.Value; break;
            case "domain": filter.Domain = option.Value.TrimStart('@'); break;
            case "queue" when !SpoolDirectory.Queues.Contains(option.Value): return $"no such queue: {option.Value}";
            case "queue": filter.Queues.Add(option.Value); break;
            case "status": filter.Status = option.Value; break;
            default:
                if (!TimeText.TryParse(option.Value, 's', out TimeSpan time)) return $"bad time: {option.Value}";
                if (option.LongName == "older") filter.OlderThan = (long)time.TotalSeconds;
                else filter.NewerThan = (long)time.TotalSeconds;
                break;
        }
        return filter.Check();
    }
}
