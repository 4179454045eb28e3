using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postmap;

/// <summary>What to do with an entry whose key is there already.</summary>
internal enum DuplicatePolicy { Warn, Ignore, Replace }

/// <summary>The parsed command line of postmap or postalias.</summary>
internal sealed class PostmapOptions
{
    private const string MapLetters = "bfFhijmnNoprsuUvw", AliasLetters = "Nfijnoprsuvw";

    /// <summary>-c: the configuration folder.</summary>
    public string? Directory { get; private set; }

    public string? QueryKey { get; private set; }
    public string? DeleteKey { get; private set; }
    public bool List => Has('s');
    public DuplicatePolicy Duplicates { get; private set; }

    /// <summary>What follows the options: "type:name" or "name".</summary>
    public List<string> Tables { get; } = [];

    private string _flags = "";

    public bool Has(char letter) => _flags.Contains(letter);

    /// <summary>Parses as getopt(3) does without permutation: the first argument that is no option ends them.</summary>
    public static PostmapOptions Parse(string[] args, bool aliases, PostmapOutput output)
    {
        PostmapOptions options = new();
        string letters = aliases ? AliasLetters : MapLetters;
        GetOpt words = new(args, $"+{letters}c:d:q:") { Complain = output.Say };
        for (char letter = words.Next(); letter != '\0'; letter = words.Next())
        {
            if (letter == '?') throw Usage(output, aliases);
            options.Take(letter, words.Value);
        }
        options.Tables.AddRange(words.Operands);
        options.Check(output);
        if (options.Tables.Count == 0) throw Usage(output, aliases);
        return options;
    }

    private static PostmapFatalException Usage(PostmapOutput output, bool aliases) =>
        new($"usage: {output.Program} [-{(aliases ? AliasLetters : MapLetters)}] [-c config_dir] [-d key] [-q key] [map_type:]file...");

    private void Take(char letter, string value)
    {
        if (letter == 'c') Directory = value;
        else if (letter is not ('q' or 'd')) TakeFlag(letter);
        else if (QueryKey != null || DeleteKey != null || List) throw new PostmapFatalException("specify only one of -s -q or -d");
        else if (letter == 'q') QueryKey = value;
        else DeleteKey = value;
    }

    private void TakeFlag(char letter)
    {
        if (letter == 's' && (QueryKey != null || DeleteKey != null)) throw new PostmapFatalException("specify only one of -s or -q or -d");
        if (letter == 'r') Duplicates = DuplicatePolicy.Replace;
        if (letter == 'w') Duplicates = DuplicatePolicy.Ignore;
        _flags += letter;
    }

    private void Check(PostmapOutput output)
    {
        bool message = Has('b') || Has('h');
        if ((message || Has('m')) && QueryKey != "-") throw new PostmapFatalException("specify -b -h or -m only with \"-q -\"");
        if (Has('m') && !message) output.Warning("ignoring -m option without -b or -h");
    }
}
