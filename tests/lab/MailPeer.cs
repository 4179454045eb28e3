using System.Text.RegularExpressions;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Lab;

/// <summary>A mail system on a host of the lab. Mail for alice in any of its domains lands in /var/mail/alice.</summary>
internal abstract class MailPeer(LabHost host, string name)
{
    public LabHost Host => host;
    public string Name => name;
    public string Domain => $"{name}.lab";
    public string Mailbox => $"alice@{Domain}";

    /// <summary>The domains it is the primary of.</summary>
    protected string[] Hosted => [Domain, .. Lab.Names.Where(n => n != name).Select(n => Lab.Backup(name, n))];

    /// <summary>The domains it keeps mail for.</summary>
    protected string[] Kept => [.. Lab.Names.Where(n => n != name).Select(n => Lab.Backup(n, name))];

    /// <summary>After so many Received headers it takes a message for a loop.</summary>
    public const int HopLimit = 15;

    /// <summary>Writes the configuration. It forwards loop@ to the same name at the domain of <see cref="LoopTo"/>.</summary>
    public abstract void Prepare();

    protected abstract void OnStart();

    protected abstract void OnStop();

    public bool IsUp { get; private set; }

    public void Start()
    {
        if (!IsUp) OnStart();
        IsUp = true;
    }

    public void Stop()
    {
        if (IsUp) OnStop();
        IsUp = false;
    }

    /// <summary>Has everything tried now.</summary>
    public abstract void Flush();

    /// <summary>From now on it tries again so late that no test sees it.</summary>
    public virtual void RetryLate() => throw new NotSupportedException(name);

    /// <summary>The queue, as its own command shows it.</summary>
    public abstract string Queue();

    public abstract string Log();

    /// <summary>Whom it forwards loops to.</summary>
    public string[] LoopTo => [.. Lab.Names.Where(n => n != name)];

    /// <summary>The messages in alice's mailbox with this text in them.</summary>
    public List<string> Mails(string text) =>
        [.. Regex.Split(host.Read("/var/mail/alice"), "(?m)^From (?=\\S+ +\\w\\w\\w \\w\\w\\w)")
        .Where(m => m.Contains(text, StringComparison.Ordinal))];

    /// <summary>Waits for a line of its log: mail arrives before the log of its sender says so.</summary>
    public void Logs(string pattern) => Wait.Until(() => Regex.IsMatch(Log(), pattern), () => $"{pattern} in the log\n{Log()}");

    /// <summary>Waits for one message with this subject.</summary>
    public void Receives(string subject) => Wait.Until(() => Mails($"Subject: {subject}\n").Count > 0, () => $"\"{subject}\" at {Mailbox}");

    /// <summary>"{ a, b }", as several of them write lists.</summary>
    protected static string Braces(IEnumerable<string> items) => "{ " + string.Join(", ", items) + " }";

    protected void Shell(string script) => Host.Shell($"{{ {script} ; }} >>/var/log/start 2>&1 </dev/null").Succeeded();
}
