using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Native;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>
/// A private Postfix to speak with, in a folder of its own: it takes mail for <c>example.net</c> and keeps nothing of it, and sends
/// everything else to a relay host. Needs root and Debian's postfix package, whose own service is not touched.
/// </summary>
public sealed class PostfixPeer : IDisposable
{
    private const string Master = "/usr/share/postfix/master.cf.dist";

    /// <summary>Makes and starts one with these settings of main.cf; skips the test where that cannot be.</summary>
    public PostfixPeer(params string[] settings)
    {
        if (!Programs.IsRoot || !File.Exists(Master)) Assert.Ignore("a private Postfix needs root and the package postfix");
        Folder = Directory.CreateTempSubdirectory("mta-postfix-").FullName;
        File.SetUnixFileMode(Folder, (UnixFileMode)FileModes.PublicFolder);
        foreach (string name in new[] { "etc", "spool", "data" }) Directory.CreateDirectory($"{Folder}/{name}");
        Programs.Run("chown", ["postfix", $"{Folder}/data"]).Succeeded();
        using (TcpListener listener = new(IPAddress.Loopback, 0))
        {
            listener.Start();
            Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }
        File.WriteAllText($"{Etc}/main.cf", $"""
            compatibility_level = 3.6
            queue_directory = {Folder}/spool
            data_directory = {Folder}/data
            myhostname = postfix.example.net
            mydestination =
            relay_domains = example.net
            relay_transport = discard:
            relay_recipient_maps =
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            mynetworks = 127.0.0.0/8
            alias_maps =
            alias_database =
            local_recipient_maps =
            maillog_file = {Log}
            maillog_file_prefixes = {Folder}
            smtp_host_lookup = native
            smtp_dns_support_level = disabled
            {string.Join('\n', settings)}

            """);
        string master =
            System.Text.RegularExpressions.Regex.Replace(File.ReadAllText(Master), @"(?m)^(\S+\s+\S+\s+\S+\s+\S+\s+)y(\s)", "$1n$2")
            .Replace("smtp      inet", $"127.0.0.1:{Port} inet", StringComparison.Ordinal);
        File.WriteAllText($"{Etc}/master.cf", master + "\npostlog unix-dgram n - n - 1 postlogd\n");
        Programs.Run("/usr/sbin/postfix", ["-c", Etc, "start"]).Succeeded();
    }

    public string Folder { get; }

    public string Etc => $"{Folder}/etc";

    public string Log => $"{Folder}/log";

    public int Port { get; }

    public string LogText => File.Exists(Log) ? File.ReadAllText(Log) : "";

    /// <summary>Waits for a line of the log that matches.</summary>
    public string WaitForLog(string pattern)
    {
        string? line = null;
        Wait.Until(() => (line = LogText.Split('\n').FirstOrDefault(l => System.Text.RegularExpressions.Regex.IsMatch(l, pattern))) != null,
            () => $"{pattern} in Postfix's log:\n{LogText}");
        return line!;
    }

    /// <summary>Submits a message by its sendmail.</summary>
    public void Send(string to, string message) =>
        Programs.Run("/usr/sbin/sendmail", ["-C", Etc, "-f", "sender@postfix.example.net", to], message, ("MAIL_CONFIG", Etc)).Succeeded();

    public void Dispose()
    {
        Programs.Run("/usr/sbin/postfix", ["-c", Etc, "stop"]);
        Directory.Delete(Folder, recursive: true);
    }
}
