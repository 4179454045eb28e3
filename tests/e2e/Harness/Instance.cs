using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>
/// A private instance of the suite in a folder of its own, driven through its commands. Mail for <see cref="User"/> lands in a Maildir
/// below <see cref="MailFolder"/>. Disposing it ends its processes and removes the folder.
/// </summary>
public sealed partial class Instance : IDisposable
{
    public const string HostName = "mx.test.example";

    private Instance(string directory) => Folder = directory;

    public string Folder { get; }

    public string Etc => $"{Folder}/etc";

    public string Spool => $"{Folder}/spool";

    public string MailFolder => $"{Folder}/mail";

    public int SmtpPort { get; private set; }

    public int SubmissionPort { get; private set; }

    /// <summary>Nothing listens there unless master.cf says so.</summary>
    public int SubmissionsPort { get; private set; }

    /// <summary>An account of this machine that gets mail: as root one that is not root, otherwise the only one that may get it.</summary>
    public static string User { get; } = Programs.IsRoot ? "games" : Environment.UserName;

    public static string Address => $"{User}@{HostName}";

    /// <summary>Makes an instance with these settings of main.cf ("name=value"); skips the test when nothing is built.</summary>
    public static Instance Create(params string[] settings)
    {
        Programs.RequireBuild();
        Instance instance = new(Directory.CreateTempSubdirectory("mta-e2e-").FullName);
        File.SetUnixFileMode(instance.Folder, (UnixFileMode)FileModes.PublicFolder);
        try
        {
            instance.Init();
            instance.Configure([$"mail_spool_directory={instance.MailFolder}/", .. settings]);
            File.SetUnixFileMode(instance.MailFolder, (UnixFileMode)FileModes.StickyFolder);
            return instance;
        }
        catch
        {
            instance.Dispose();
            throw;
        }
    }

    /// <summary>As root: makes an instance of a user who has no account, as containers without root have.</summary>
    public static Instance CreateFor(uint uid, params string[] settings)
    {
        Programs.RequireBuild();
        Programs.Require("setpriv");
        Instance instance = new(Directory.CreateTempSubdirectory("mta-e2e-").FullName) { _as = As(uid) };
        try
        {
            _ = Paths.ChOwn(instance.Folder, uid, uid);
            instance.Init();
            instance.Own("postconf", ["-c", instance.Etc, "-e", .. settings]).Succeeded();
            return instance;
        }
        catch
        {
            instance.Dispose();
            throw;
        }
    }

    /// <summary>The beginning of a command line that runs as a user without any rights of root's.</summary>
    public static string[] As(uint uid) =>
        ["setpriv", $"--reuid={uid}", $"--regid={uid}", "--clear-groups", "--inh-caps=-all", "--no-new-privs"];

    private string[] _as = [];

    /// <summary>Runs a command of the suite as the instance's user.</summary>
    public ProgramResult Own(string command, params string[] arguments)
    {
        string program = $"{Programs.Build}/sbin/{command}";
        return _as.Length == 0 ? Programs.Run(program, arguments) : Programs.Run(_as[0], [.. _as[1..], program, .. arguments]);
    }

    private void Init()
    {
        int[] ports = FreePorts(3);
        (SmtpPort, SubmissionPort, SubmissionsPort) = (ports[0], ports[1], ports[2]);
        Own("mtasuite", "init", Folder, "--hostname", HostName, "--smtp-port", $"{ports[0]}", "--submission-port", $"{ports[1]}",
            "--submissions-port", $"{ports[2]}").Succeeded();
    }

    /// <summary>Edits main.cf.</summary>
    public void Configure(params string[] settings) => Run("postconf", ["-c", Etc, "-e", .. settings]).Succeeded();

    /// <summary>Appends to etc/aliases and makes the index.</summary>
    public void AddAliases(string lines)
    {
        File.AppendAllText($"{Etc}/aliases", lines);
        Run("newaliases", "-C", Etc).Succeeded();
    }

    public void Start() => Run("mtasuite", "-c", Etc, "start").Succeeded();

    public void Stop() => Run("mtasuite", "-c", Etc, "stop").Succeeded();

    public void Reload() => Run("mtasuite", "-c", Etc, "reload").Succeeded();

    /// <summary>Runs a command of the suite.</summary>
    public static ProgramResult Run(string command, params string[] arguments) =>
        Programs.Run($"{Programs.Build}/sbin/{command}", arguments);

    /// <summary>Runs a command on this instance, with this standard input.</summary>
    public ProgramResult Command(string command, string input, params string[] arguments) =>
        Programs.Run($"{Programs.Build}/sbin/{command}", arguments, input, ("MAIL_CONFIG", Etc));

    /// <summary>Submits a message with sendmail; its arguments.</summary>
    public ProgramResult Sendmail(string message, params string[] arguments) => Command("sendmail", message, arguments);

    /// <summary>The messages of a local user, oldest first.</summary>
    public List<Mail> Mailbox(string? user = null) =>
        [.. Mail.ReadMaildir($"{MailFolder}/{user ?? User}").OrderBy(m => File.GetLastWriteTimeUtc(m.Path))];

    /// <summary>Waits for the one message in a user's mailbox with this text in it.</summary>
    public Mail Delivered(string text, string? user = null)
    {
        List<Mail> found = [];
        Wait.Until(() => (found = Mailbox(user).FindAll(m => m.Text.Contains(text, StringComparison.Ordinal))).Count > 0,
            () => $"a message with \"{text}\"");
        return found.Count == 1 ? found[0] : throw new AssertionException($"{found.Count} messages with \"{text}\"");
    }

    /// <summary>The files in queue directories, by their base names.</summary>
    public string[] Queued(params string[] queues) =>
    [
        .. (queues.Length > 0 ? queues : ["incoming", "active", "deferred", "hold", "corrupt", "maildrop"])
            .SelectMany(q => Directory.EnumerateFiles($"{Spool}/{q}", "*", SearchOption.AllDirectories)).Select(f => Path.GetFileName(f))
    ];

    /// <summary>
    /// The messages that are still to be delivered. A file that its writer never finished is none: nobody was promised anything.
    /// </summary>
    public string[] Waiting()
    {
        SpoolDirectory spool = new(Spool);
        return [.. ((string[])["incoming", "active", "deferred", "maildrop"]).SelectMany(queue => Queued(queue)
            .Where(id => queue == "maildrop"
            || spool.TryRead(queue, id, out _) is not (QueueFileStatus.Unfinished or QueueFileStatus.Missing)))];
    }

    /// <summary>Waits until no message is queued any more.</summary>
    public void WaitUntilEmpty() => Wait.Until(() => Waiting().Length == 0, () => $"an empty queue; it has {string.Join(' ', Waiting())}");

    /// <summary>One more such port.</summary>
    public static int FreePort() => FreePorts(1)[0];

    /// <summary>Ports that the system gives nobody who does not ask for them: they are still free when the instance starts.</summary>
    private static int[] FreePorts(int count)
    {
        const int first = 15_000, behind = 32_000;
        int[] ports = new int[count];
        for (int found = 0; found < count;)
        {
            ports[found] = Random.Shared.Next(first, behind);
            TcpListener listener = new(IPAddress.Loopback, ports[found]);
            try
            {
                listener.Start();
                if (Array.IndexOf(ports, ports[found]) == found) found++;
            }
            catch (SocketException) { } // taken
            finally { listener.Dispose(); }
        }
        return ports;
    }
}
