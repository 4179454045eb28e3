using System.Text;

namespace MtaSuite.Common.Milter.Server;

/// <summary>
/// The macros that the mail server has given: those of connect and HELO for the session, the others for the message. Names are kept
/// without braces. What is too much is not kept.
/// </summary>
public sealed class MilterMacros
{
    /// <summary>More macros of one event than any server has; and bytes of them.</summary>
    private const int MaxMacros = 100, MaxBytes = 32 * 1024;
    private readonly Dictionary<string, string> _session = new(StringComparer.Ordinal), _message = new(StringComparer.Ordinal);

    /// <summary>The value of a macro; empty: there is none.</summary>
    /// <param name="name">Without braces: "i", "auth_type".</param>
    public string this[string name] => _message.GetValueOrDefault(name) ?? _session.GetValueOrDefault(name) ?? "";

    /// <summary>Takes names and values in turn.</summary>
    internal void Take(MilterCommand command, ReadOnlySpan<byte> texts)
    {
        Dictionary<string, string> macros = command is MilterCommand.Connect or MilterCommand.Helo ? _session : _message;
        if (command == MilterCommand.Mail) macros.Clear();
        if (texts.Length > MaxBytes) return;
        while (macros.Count < MaxMacros && MilterResponse.TryText(ref texts, out ReadOnlySpan<byte> name, out _)
            && MilterResponse.TryText(ref texts, out ReadOnlySpan<byte> value, out _))
            macros[Plain(Encoding.UTF8.GetString(name))] = Encoding.UTF8.GetString(value);
    }

    private static string Plain(string name) => name is ['{', .., '}'] ? name[1..^1] : name;

    internal void EndMessage() => _message.Clear();
}
