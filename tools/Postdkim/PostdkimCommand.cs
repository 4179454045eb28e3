using MtaSuite.Common.Hosting;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postdkim;

/// <summary>postdkim: makes keys for DKIM, compares them with the DNS, signs and verifies messages in files. Changes no
/// configuration.</summary>
internal static class PostdkimCommand
{
    public const string Manual = """
        postdkim - keys and signatures of DKIM

        usage: postdkim genkey --domain D --selector S --out FILE [--algorithm rsa|ed25519] [--bits N] [-j]
               postdkim check [-c DIR] [-j] [--max-age DAYS] [DOMAIN]
               postdkim rotate [-c DIR] --domain D [--algorithm rsa|ed25519] [--bits N] [--prefix TEXT] [--out FILE] [-j]
               postdkim sign --domain D --selector S --key FILE [--canon c/c] [FILE]
               postdkim verify [-c DIR] [-j] [--records FILE] [FILE]

          genkey   make a key and print its DNS record
          check    compare the keys of mailauth_signing_table with the DNS
          rotate   make the next key of a domain, and say what to do with it and when
          sign     print a message with a signature on top
          verify   check a message's signatures, its ARC sets, and what DMARC makes of them; exit status 0: a signature passes, 1: none

        "postdkim COMMAND --help" names the options of each. A message comes from a file, or from standard input where no file is
        named. Lines end with CRLF; in a file whose lines end with LF, each LF is taken for CRLF.

        """;

    private static readonly (string Name, Func<string[], int> Run)[] s_commands =
    [
        ("genkey", GenkeyCommand.Run), ("check", KeyCheckCommand.Run), ("rotate", RotateCommand.Run), ("sign", SignCommand.Run),
        ("verify", VerifyCommand.Run),
    ];

    public static int Run(string[] args)
    {
        string name = args.Length > 0 ? args[0] : "";
        foreach ((string command, Func<string[], int> run) in s_commands)
            if (command == name) return run(args[1..]);
        string usage = $"usage: postdkim {string.Join('|', s_commands.Select(c => c.Name))} ... (see postdkim --help)";
        return Tool.Fatal(ExitCode.Usage, name.Length == 0 || name[0] == '-' ? usage
            : $"unknown command: {Tool.Printable(name)}{Check.NearName.Hint(name, s_commands.Select(c => c.Name))} (see postdkim --help)");
    }
}
