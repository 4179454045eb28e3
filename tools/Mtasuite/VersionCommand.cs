using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MtaSuite.Common.Config;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Mtasuite;

/// <summary>What was built, and with what.</summary>
internal static class VersionCommand
{
    public static int Run()
    {
        string compiled = RuntimeFeature.IsDynamicCodeSupported ? "just in time or ReadyToRun" : "ahead of time";
        Tool.Print($"{Product.Name} {Product.Version} ({Product.ReleaseDate})\n");
        Tool.Print($"runtime: {RuntimeInformation.FrameworkDescription}, compiled {compiled}, {RuntimeInformation.RuntimeIdentifier}\n");
        Tool.Print($"table types: {string.Join(' ', Common.Tables.TableFactory.TypeNames)}\n");
        return 0;
    }
}
