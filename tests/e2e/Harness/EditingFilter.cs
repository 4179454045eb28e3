using System.Diagnostics;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>
/// A filter that edits each message, as a process of its own that can be killed (tests/lib/filters.py): a field X-Filtered, and a line
/// "filtered" at the start of a body that is replaced.
/// </summary>
public sealed class EditingFilter : IDisposable
{
    private readonly string[] _arguments;
    private Process? _process;

    /// <summary>A milter.</summary>
    public static EditingFilter Milter() => new("milter", null);

    /// <summary>A server that passes mail on to another port.</summary>
    public static EditingFilter Smtp(int next) => new("smtp", next);

    private EditingFilter(string kind, int? next)
    {
        Programs.Require("python3");
        Port = Instance.FreePort();
        _arguments = [$"{Programs.Root}/tests/lib/filters.py", kind, $"{Port}", .. next == null ? Array.Empty<string>() : [$"{next}"]];
        Start();
    }

    public int Port { get; }

    public void Start()
    {
        _process = Programs.Start("python3", _arguments);
        Wait.Until(() => ForeignDaemon.Listens(Port) || _process.HasExited, "the filter listens");
        if (_process.HasExited) throw new AssertionException($"the filter has ended: {_process.StandardError.ReadToEnd()}");
    }

    /// <summary>kill -9; nobody listens then until <see cref="Start"/>.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>The message has been through it, whole.</summary>
    public static bool HasSeen(Mail mail) =>
        mail.Header("X-Filtered") == "yes" && mail.Body.StartsWith("filtered\n", StringComparison.Ordinal);

    public void Dispose()
    {
        if (_process != null) Kill();
    }
}
