using System.Diagnostics;
using System.Text;
using MtaSuite.Common.Native;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>A daemon of somebody else's that stays in the foreground: what it prints is kept, and disposing it ends it.</summary>
public sealed class ForeignDaemon : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _printed = new();

    /// <summary>Starts it and waits until it is ready. Skips the test when it is not installed.</summary>
    /// <param name="isReady">What shows that it serves.</param>
    public ForeignDaemon(string program, IEnumerable<string> arguments, Func<bool> isReady,
        params (string Name, string Value)[] environment)
    {
        Programs.Require(program);
        _process = Programs.Start(program, arguments, environment);
        _process.StandardInput.Close();
        _process.OutputDataReceived += (_, e) => Keep(e.Data);
        _process.ErrorDataReceived += (_, e) => Keep(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            Wait.Until(() => isReady() || _process.HasExited, () => $"{program} is ready: {Printed}");
            if (_process.HasExited) throw new AssertionException($"{program} has ended: {Printed}");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int Pid => _process.Id;

    /// <summary>What it has printed so far.</summary>
    public string Printed
    {
        get { lock (_printed) return _printed.ToString(); }
    }

    private void Keep(string? line)
    {
        lock (_printed) _printed.AppendLine(line);
    }

    /// <summary>Somebody listens on a port of 127.0.0.1.</summary>
    public static bool Listens(int port)
    {
        try
        {
            using System.Net.Sockets.TcpClient client = new("127.0.0.1", port);
            return true;
        }
        catch (System.Net.Sockets.SocketException) { return false; }
    }

    /// <summary>Ends it, with a signal first.</summary>
    public void Dispose()
    {
        if (!_process.HasExited) _ = Signals.Kill(_process.Id, Signals.SIGTERM);
        if (!_process.WaitForExit(TestLimits.Answer)) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
