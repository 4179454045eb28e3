namespace MtaSuite.Tools.Postconf;

/// <summary>Ends the command with a message and exit status 1.</summary>
internal sealed class PostconfFatalException(string message) : Exception(message);

/// <summary>Where the command writes: results to one stream, messages with the program's name before them to the other.</summary>
internal sealed class PostconfOutput(string program, TextWriter result, TextWriter messages)
{
    public string Program => program;
    public TextWriter Result => result;

    public void Warning(string text) => Error($"warning: {text}");

    public void Error(string text)
    {
        result.Flush();
        messages.WriteLine($"{program}: {text}");
    }
}
