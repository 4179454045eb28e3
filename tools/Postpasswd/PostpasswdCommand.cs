using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Native;
using MtaSuite.Common.Sasl;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postpasswd;

/// <summary>postpasswd: sets and removes the passwords of logins.</summary>
internal static class PostpasswdCommand
{
    private const string Usage = "usage: postpasswd [-c config_dir] [-d] login";
    private const int MaxPassword = 1024, MaxLogin = 255;

    public const string Manual = """
        postpasswd - set or remove the password of a login

        usage: postpasswd [-c DIR] [-d] USER@DOMAIN

          -d         remove the login

        The password is read from the terminal without echo; where standard input is not a terminal its first line is the password. A salted
        hash for PLAIN, LOGIN, SCRAM-SHA-256 and SCRAM-SHA-1 is stored in the file of smtpd_sasl_path (smtpd_sasl_type = builtin), which is
        passwd in the configuration folder by default. Changes take effect without a reload.

        Exit status: 0 done; 1 error; 64 wrong usage; 78 no configuration.

        """;

    public static int Run(string[] args)
    {
        GetOpt options = new(args, "c:d");
        string? directory = null;
        bool remove = false;
        for (char c = options.Next(); c != '\0'; c = options.Next())
        {
            switch (c)
            {
                case 'c': directory = options.Value; break;
                case 'd': remove = true; break;
                default: return Tool.Fatal(1, Usage);
            }
        }
        if (options.Operands.Count != 1) return Tool.Fatal(1, Usage);
        MailConfig? config = Tool.LoadConfig(directory, "postpasswd", quiet: true);
        if (config == null) return 1;
        string login = Common.Tables.Table.FoldKey(options.Operands[0]);
        if (!IsLogin(login)) return Tool.Fatal(1, $"not a login name: {login}");
        if (FileOf(config, out string path) is { } problem) return Tool.Fatal(1, problem);
        return remove ? Remove(path, login) : Set(config, path, login);
    }

    private static int Remove(string path, string login)
    {
        if (new PasswordFile(path).Set(login, null, null, out bool found) is { } error) return Tool.Fatal(1, error);
        return found ? ExitCode.Ok : Tool.Fatal(1, $"{login}: no such login in {path}");
    }

    private static int Set(MailConfig config, string path, string login)
    {
        if (ReadPassword(login, out string password) is { } problem) return Tool.Fatal(1, problem);
        string verifiers = $"{ScramVerifier.Make(ScramHash.Sha256, password)} {ScramVerifier.Make(ScramHash.Sha1, password)}";
        uint? group = UserDatabase.Find(config.Get(CommonParams.MailOwner), out Account? owner) == 0 ? owner?.Gid : null;
        return new PasswordFile(path).Set(login, verifiers, group, out _) is { } error ? Tool.Fatal(1, error) : ExitCode.Ok;
    }

    /// <summary>A key of the table: one word, nothing that a comment or a pattern begins with.</summary>
    private static bool IsLogin(string login) =>
        login.Length is > 0 and <= MaxLogin && login[0] is not ('#' or '"') && !login.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))
        && SaslPrep.TryPrepare(login, out _);

    private static string? FileOf(MailConfig config, out string path)
    {
        path = "";
        string type = config.Get(SmtpdParams.SmtpdSaslType), spec = config.Get(SmtpdParams.SmtpdSaslPath);
        if (type != "builtin") return $"smtpd_sasl_type is {type}: its logins are kept elsewhere";
        if (!spec.StartsWith("texthash:", StringComparison.Ordinal) || spec.Contains(' '))
            return $"smtpd_sasl_path is {spec}: only one texthash table can be changed";
        path = spec["texthash:".Length..];
        return null;
    }

    /// <summary>What is wrong with what was read, or null.</summary>
    private static string? ReadPassword(string login, out string password)
    {
        bool asks = Terminal.IsATty(0) == 1;
        if (!asks) return ReadLine(out password);
        if (Ask($"New password for {login}: ", out password) is { } problem) return problem;
        if (Ask("Once more: ", out string again) is { } second) return second;
        return again == password ? null : "the two passwords differ";
    }

    private static string? Ask(string prompt, out string answer)
    {
        _ = FileIO.WriteAll(2, Encoding.UTF8.GetBytes(prompt));
        Terminal.TrySetEcho(0, on: false);
        try { return ReadLine(out answer); }
        finally
        {
            Terminal.TrySetEcho(0, on: true);
            _ = FileIO.WriteAll(2, "\n"u8);
        }
    }

    /// <summary>One line of standard input, byte by byte: what follows is not ours.</summary>
    private static string? ReadLine(out string line)
    {
        line = "";
        List<byte> bytes = [];
        Span<byte> one = stackalloc byte[1];
        while (FileIO.Read(0, one) == 1 && one[0] != '\n' && bytes.Count <= MaxPassword) bytes.Add(one[0]);
        if (bytes is [.., (byte)'\r']) bytes.RemoveAt(bytes.Count - 1);
        if (bytes.Count > MaxPassword) return "the password is too long";
        if (bytes.Count == 0) return "there is no password";
        if (!System.Text.Unicode.Utf8.IsValid(bytes.ToArray()) || bytes.Contains(0)) return "the password is not text in UTF-8";
        line = Encoding.UTF8.GetString(bytes.ToArray());
        return null;
    }
}
