using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postdkim;

/// <summary>A message from a file or standard input.</summary>
internal static class MessageFile
{
    /// <summary>No input (sysexits.h).</summary>
    public const int NoInput = 66;

    /// <summary>Opens it; null, told, with the exit status.</summary>
    public static Stream? Open(string[] files, out int status)
    {
        status = Common.Hosting.ExitCode.Usage;
        if (files.Length > 1)
        {
            Tool.Complain("fatal: one message at a time");
            return null;
        }
        status = NoInput;
        try
        {
            return files is [var path] && path != "-" ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite)
                : Console.OpenStandardInput();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Tool.Complain($"fatal: {Tool.Printable(e.Message)}");
            return null;
        }
    }
}
