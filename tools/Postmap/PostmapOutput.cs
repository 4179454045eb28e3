using System.Text;
using MtaSuite.Common.Log;

namespace MtaSuite.Tools.Postmap;

/// <summary>Ends the command with exit status 1; the message says why.</summary>
internal sealed class PostmapFatalException(string message) : Exception(message);

/// <summary>The command's streams: results as bytes, messages as "program: severity: text" and, once it runs, in the log as well.</summary>
internal sealed class PostmapOutput(string program, Stream result, Stream messages)
{
    private readonly BufferedStream _result = new(result, 16 * 1024);

    public string Program => program;

    /// <summary>Warnings and worse go to the log, too.</summary>
    public bool Logs { get; set; }

    public void Result(ReadOnlySpan<byte> bytes) => _result.Write(bytes);

    public void Say(string text) => messages.Write(Encoding.UTF8.GetBytes($"{program}: {text}\n"));

    public void Warning(string text)
    {
        Say("warning: " + text);
        if (Logs) Log.Warning($"{text}");
    }

    public void Fatal(string text)
    {
        Say("fatal: " + text);
        if (Logs) Log.Fatal($"{text}");
    }

    /// <summary>Writes the results; false when the reader is gone.</summary>
    public bool Flush()
    {
        try
        {
            _result.Flush();
            return true;
        }
        catch (IOException) { return false; }
    }
}
