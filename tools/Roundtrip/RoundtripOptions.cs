using System.CommandLine;
using System.Globalization;
using MailKit.Security;
using MimeKit;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Roundtrip;

/// <summary>A server and the login for it.</summary>
/// <param name="Login">Empty: none.</param>
internal sealed record Server(string Host, int Port, SecureSocketOptions Tls, string Login, string PasswordFile)
{
    /// <summary>"host:port", "[2001:db8::1]:port"; the port may be missing.</summary>
    public static bool TryParse(string text, int defaultPort, out string host, out int port)
    {
        (host, port) = (text, defaultPort);
        int colon = text.LastIndexOf(':');
        // an IPv6 address without brackets has no port
        if (colon > 0 && (text.IndexOf(':') == colon || text[colon - 1] == ']'))
        {
            host = text[..colon];
            if (!PeerEndPoint.TryPort(text[(colon + 1)..], out port) || port == 0) return false;
        }
        host = host.Trim('[', ']');
        return host.Length > 0;
    }
}

/// <summary>What the command line asks for.</summary>
internal sealed class RoundtripOptions
{
    private const string Description = """
        Send a message and wait for it.

        Submits a message as a mail program does, with TLS and a login, waits until it is in the mailbox, and shows how
        long each step took: connection, TLS and login, message, and each hop by the Received fields. It works with any
        mail system; the configuration is not read.
        """;

    private const string More = """
        The password is the first line of the file, "-" is standard input; it is never taken from the command line. TLS is
        verified (--ca FILE for an authority of your own). Of the mechanisms that the server offers the strongest is used:
        SCRAM with channel binding, SCRAM, and PLAIN or LOGIN only within TLS.

        The mailbox is a file or folder (--mailbox; a folder, or a path with a final "/", is a Maildir, otherwise it is
        an mbox), or is read by IMAP (--imap). The message stays there unless --remove is given, which IMAP and Maildir can.

        Exit status: 0 it arrived; 1 refused permanently; 64 wrong usage; 66 mailbox or password file cannot be read; 69
        server cannot be reached, or TLS fails; 75 refused temporarily, or too late; 77 the login was refused.

        """;

    private const int DefaultSeconds = 60, MaxSeconds = 86_400, MaxBytes = 100_000_000;

    public required bool Json { get; init; }
    public required bool Remove { get; init; }
    public required string From { get; init; }
    public required string To { get; init; }
    public required Server Smtp { get; init; }
    /// <summary>Null: the mailbox is a path.</summary>
    public required Server? Imap { get; init; }
    /// <summary>The mailbox among the folders of the IMAP server.</summary>
    public required string Folder { get; init; }
    public required string Mailbox { get; init; }
    /// <summary>The only mechanism to log in with; empty: the strongest.</summary>
    public required string Mechanism { get; init; }
    public required string AuthorityFile { get; init; }
    public required int Size { get; init; }
    public required TimeSpan Timeout { get; init; }

    /// <summary>Null, with the exit status: something is wrong, which was told, or help was asked for.</summary>
    public static RoundtripOptions? Parse(string[] args, out int status)
    {
        Option<bool> json = OwnSyntax.Flag("--json", "the result as one object", "-j"),
            remove = OwnSyntax.Flag("--remove", "remove the message when it has arrived");
        Option<string> to = OwnSyntax.Value("--to", "ADDRESS", "the recipient, whose mailbox is checked", AddressProblem);
        Option<string> from = OwnSyntax.Value("--from", "ADDRESS", "the sender (default: the recipient)", AddressProblem);
        Option<string> server = OwnSyntax.Value("--server", "HOST[:PORT]", "submit here (localhost:587)", v =>
            Server.TryParse(v, 587, out _, out _) ? null : $"\"{v}\" is not a host and port");
        Option<string> tls = OwnSyntax.Value("--tls", "KIND",
            "starttls, implicit (TLS from the first byte), or none (default: implicit on port 465, else starttls)", TlsProblem);
        Option<string> login = OwnSyntax.Value("--login", "NAME", "log in (default: no login)");
        Option<string> password = OwnSyntax.Value("--password-file", "FILE", "the file with the password; \"-\": standard input");
        Option<string> mechanism = OwnSyntax.Value("--mechanism", "NAME", "log in with this mechanism only", v =>
            Mechanisms.Names.Contains(v) ? null : $"\"{v}\" is not one of {string.Join(", ", Mechanisms.Names)}");
        Option<string> mailbox = OwnSyntax.Value("--mailbox", "PATH", "the mailbox of the recipient, a Maildir or mbox");
        Option<string> imap = OwnSyntax.Value("--imap", "HOST[:PORT]", "look for the message by IMAP (port 993)", v =>
            Server.TryParse(v, 993, out _, out _) ? null : $"\"{v}\" is not a host and port");
        Option<string> imapTls = OwnSyntax.Value("--imap-tls", "KIND", "as --tls (default: implicit on port 993, else starttls)",
            TlsProblem);
        Option<string> imapLogin = OwnSyntax.Value("--imap-login", "NAME", "(default: that of --login)");
        Option<string> imapPassword = OwnSyntax.Value("--imap-password-file", "FILE", "(default: that of --password-file)");
        Option<string> folder = OwnSyntax.Value("--folder", "NAME", "the folder where it arrives (INBOX)");
        Option<string> authorities = OwnSyntax.Value("--ca", "FILE", "trust these authorities instead of the system's", v =>
            File.Exists(v) ? null : $"there is no file {v}");
        Option<string> size = OwnSyntax.Value("--size", "BYTES", "approximate size of the message", v => Number(v, MaxBytes) > 0 ? null
            : $"\"{v}\" is not a number from 1 to {MaxBytes}");
        Option<string> timeout = OwnSyntax.Value("--timeout", "N", $"give up after so many seconds ({DefaultSeconds})", v =>
            Number(v, MaxSeconds) > 0 ? null : $"\"{v}\" is not a number of seconds from 1 to {MaxSeconds}");
        Command command = new("roundtrip", Description)
            { to, from, server, tls, login, password, mechanism, mailbox, imap, imapTls, imapLogin, imapPassword, folder, authorities,
                size, timeout, remove, json };
        command.Validators.Add(r =>
        {
            bool path = r.GetResult(mailbox) != null, byImap = r.GetResult(imap) != null;
            if (r.GetResult(to) == null) r.AddError("--to ADDRESS is needed");
            else if (path == byImap) r.AddError("give either --mailbox PATH or --imap HOST");
            else if (r.GetResult(login) != null && r.GetResult(password) == null) r.AddError("--login needs --password-file");
            else if (byImap && (r.GetResult(imapLogin) ?? r.GetResult(login)) == null) r.AddError("--imap needs --imap-login or --login");
            else if (byImap && (r.GetResult(imapPassword)
                ?? r.GetResult(password)) == null) r.AddError("--imap needs --imap-password-file or --password-file");
            else if (path && r.GetValue(remove)
                && !MailboxWatch.IsMaildir(r.GetValue(mailbox)!)) r.AddError("--remove is not for mbox files");
        });
        if (OwnSyntax.Parse(command, args, More, out status) is not { } read) return null;
        string loginName = read.GetValue(login) ?? "", passwordFile = read.GetValue(password) ?? "";
        return new RoundtripOptions
        {
            Json = read.GetValue(json),
            Remove = read.GetValue(remove),
            To = read.GetValue(to)!,
            From = read.GetValue(from) ?? read.GetValue(to)!,
            Smtp = ServerOf(read.GetValue(server) ?? "localhost", 587, 465, read.GetValue(tls), loginName, passwordFile),
            Imap = read.GetValue(imap) is { } host
                ? ServerOf(host, 993, 993, read.GetValue(imapTls), read.GetValue(imapLogin) ?? loginName, read.GetValue(imapPassword)
                    ?? passwordFile) : null,
            Folder = read.GetValue(folder) ?? "INBOX",
            Mailbox = read.GetValue(mailbox) ?? "",
            Mechanism = read.GetValue(mechanism) ?? "",
            AuthorityFile = read.GetValue(authorities) ?? "",
            Size = Number(read.GetValue(size) ?? "0", MaxBytes),
            Timeout = TimeSpan.FromSeconds(Number(read.GetValue(timeout) ?? $"{DefaultSeconds}", MaxSeconds)),
        };
    }

    private static Server ServerOf(string text, int defaultPort, int implicitPort, string? tls, string login, string passwordFile)
    {
        _ = Server.TryParse(text, defaultPort, out string host, out int port);
        SecureSocketOptions kind = tls switch
        {
            "none" => SecureSocketOptions.None,
            "implicit" => SecureSocketOptions.SslOnConnect,
            "starttls" => SecureSocketOptions.StartTls,
            _ => port == implicitPort ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls,
        };
        return new Server(host, port, kind, login, passwordFile);
    }

    private static string? AddressProblem(string text) => MailboxAddress.TryParse(text, out MailboxAddress? address)
        && address.Address.Contains('@') ? null : $"\"{text}\" is not an address";

    private static string? TlsProblem(string text) => text is "starttls" or "implicit" or "none" ? null
        : $"\"{text}\" is not one of starttls, implicit, none";

    private static int Number(string text, int max) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture,
        out int number) && number <= max ? number : 0;
}
