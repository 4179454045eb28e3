namespace MtaSuite.Tools.Shared;

/// <summary>
/// Options as getopt(3) reads them: letters may be joined, a value may be joined or stand alone, "--" ends them, and options after operands
/// are found as well unless <paramref name="options"/> starts with '+'. Long options ("--name value", "--name=value") are ours.
/// </summary>
/// <param name="options">Letters; one with a value is followed by ':'.</param>
/// <param name="longOptions">Names without hyphens; one with a value is followed by ':'.</param>
internal sealed class GetOpt(string[] args, string options, params string[] longOptions)
{
    private int _index, _within;

    /// <summary>Is told what is wrong with an option.</summary>
    public Action<string> Complain { get; init; } = Tool.Complain;

    /// <summary>The value of the option just read.</summary>
    public string Value { get; private set; } = "";

    /// <summary>The name of the long option just read; empty for a letter.</summary>
    public string LongName { get; private set; } = "";

    /// <summary>What is no option, in order; complete when <see cref="Next"/> has given '\0'.</summary>
    public List<string> Operands { get; } = [];

    /// <summary>
    /// The next option's letter, '-' for a long one, '?' for one that is unknown or lacks its value (already told), '\0' at the end.
    /// </summary>
    public char Next()
    {
        (Value, LongName) = ("", "");
        if (_within > 0) return Letter();
        for (; _index < args.Length; _index++)
        {
            string word = args[_index];
            if (word == "--")
            {
                Operands.AddRange(args[(_index + 1)..]);
                _index = args.Length;
                break;
            }
            if (word.StartsWith("--", StringComparison.Ordinal)) return Long(word[2..]);
            if (word.Length > 1 && word[0] == '-')
            {
                _within = 1;
                return Letter();
            }
            if (options.StartsWith('+'))
            {
                Operands.AddRange(args[_index..]);
                _index = args.Length;
                break;
            }
            Operands.Add(word);
        }
        return '\0';
    }

    private char Letter()
    {
        string word = args[_index];
        char letter = word[_within++];
        int known = letter is ':' or '+' ? -1 : options.IndexOf(letter);
        bool takesValue = known >= 0 && known + 1 < options.Length && options[known + 1] == ':';
        bool atEnd = _within == word.Length;
        if (known < 0) Complain($"invalid option -- '{letter}'");
        if (takesValue && !atEnd)
        {
            Value = word[_within..];
            atEnd = true;
        }
        else if (takesValue)
        {
            if (++_index < args.Length) Value = args[_index];
            else
            {
                Complain($"option requires an argument -- '{letter}'");
                known = -1;
            }
        }
        if (atEnd)
        {
            _within = 0;
            _index++;
        }
        return known < 0 ? '?' : letter;
    }

    private char Long(string text)
    {
        _index++;
        int equals = text.IndexOf('=');
        string name = equals < 0 ? text : text[..equals];
        if (Array.IndexOf(longOptions, name + ":") >= 0)
        {
            if (equals < 0 && _index >= args.Length)
            {
                Complain($"option '--{name}' requires an argument");
                return '?';
            }
            Value = equals < 0 ? args[_index++] : text[(equals + 1)..];
        }
        else if (equals >= 0 || Array.IndexOf(longOptions, name) < 0)
        {
            Complain($"unrecognized option '--{text}'");
            return '?';
        }
        LongName = name;
        return '-';
    }
}
