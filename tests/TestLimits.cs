namespace MtaSuite.Tests;

/// <summary>
/// How long a test waits for what must come. No limit is there to measure: it ends a test whose code hangs, and a machine that is many
/// times slower than the one it was written on must never reach it.
/// </summary>
internal static class TestLimits
{
    /// <summary>For one thing that happens within seconds.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromMinutes(5);

    /// <summary>
    /// For a program that runs to its end, and for many things one after the other. The longest, testssl.sh, takes two minutes on two busy
    /// cores.
    /// </summary>
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(30);

    /// <summary>
    /// For an answer that another program of this machine is to give within milliseconds, where the code under test wants a limit of its
    /// own.
    /// </summary>
    public static readonly TimeSpan Answer = TimeSpan.FromMinutes(1);
}
