using System.Diagnostics;

namespace MtaSuite.Tests.Unit.Local;

/// <summary>A helper program with pipes to it, ended with the test.</summary>
internal sealed class Script : IDisposable
{
    private readonly Process _process;
    private bool _disposed;

    private Script(Process process) => _process = process;

    public static Script Start(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return new Script(Process.Start(start)!);
    }

    public string? ReadLine() => _process.StandardOutput.ReadLine();

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TestLimits.Answer)) _process.Kill();
        _process.Dispose();
    }
}
