using System.Diagnostics;

namespace MtaSuite.Tests.Unit.Local;

/// <summary>What tests need of the system beyond the class library.</summary>
internal static class Harness
{
    public static void MakeFifo(string path)
    {
        using Process process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
    }
}
