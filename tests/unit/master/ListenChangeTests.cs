using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MtaSuite.Common.Config;
using MtaSuite.Common.Native;
using MtaSuite.Master;

namespace MtaSuite.Tests.Unit.Master;

/// <summary>Listening sockets change in one step, or not at all.</summary>
[NonParallelizable]
public sealed class ListenChangeTests
{
    private static List<List<ListenSocket>>? Change(ListenSockets sockets, string config, out string error, params string[] lines)
    {
        ListenChange change = sockets.Begin();
        List<ServiceEntry> entries = MasterCf.Parse(string.Join('\n', lines) + "\n", "master.cf", []);
        List<List<ListenSocket>>? open = change.Open(entries, MailConfig.Parse(config).Config, "master.cf", out error);
        if (open == null) change.Cancel();
        else change.Commit();
        return open;
    }

    private static string Smtpd(string service) => $"{service} inet n - n - - smtpd";

    private static string FreePort()
    {
        using TcpListener listener = new(IPAddress.Any, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }

    private static bool IsOpen(string address, string port)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try { socket.Connect(IPAddress.Parse(address), int.Parse(port, CultureInfo.InvariantCulture)); }
        catch (SocketException) { return false; }
        return true;
    }

    private const string All = "inet_interfaces = all\ninet_protocols = ipv4";

    [Test]
    public void From_loopback_to_all_addresses_and_back()
    {
        string port = FreePort();
        ListenSockets sockets = new(), another = new();
        foreach (string service in (string[])[$"127.0.0.1:{port}", port, $"127.0.0.1:{port}"])
        {
            Assert.That(Change(sockets, All, out string error, Smtpd(service)), Is.Not.Null, error);
            Assert.That(IsOpen("127.0.0.1", port));
            Assert.That(IsOpen("127.0.0.2", port), Is.EqualTo(service == port));
            // a second master does not get in beside the first
            foreach (string other in (string[])[$"127.0.0.1:{port}", port])
                Assert.That(Change(another, All, out _, Smtpd(other)), Is.Null, other);
        }
        sockets.Begin().Commit();
        Assert.That(IsOpen("127.0.0.1", port), Is.False);
    }

    [Test]
    public void What_clashes_at_a_start_clashes_at_a_change()
    {
        string port = FreePort();
        ListenSockets sockets = new();
        Assert.That(Change(sockets, All, out _, Smtpd($"127.0.0.1:{port}")), Is.Not.Null);
        Assert.That(Change(sockets, All, out string error, Smtpd(port), Smtpd($"127.0.0.1:{port}")), Is.Null);
        Assert.That(error, Does.Contain("Address already in use"));
        Assert.That(IsOpen("127.0.0.1", port) && !IsOpen("127.0.0.2", port));
        sockets.Begin().Commit();
    }

    [Test]
    public void A_change_that_fails_leaves_no_new_socket_and_keeps_the_old_ones()
    {
        string old = FreePort(), added = FreePort();
        using TcpListener stranger = new(IPAddress.Loopback, 0);
        stranger.Start();
        ListenSockets sockets = new();
        List<List<ListenSocket>> before = Change(sockets, "", out _, Smtpd($"127.0.0.1:{old}"))!;
        Assert.That(Change(sockets, "", out string error, Smtpd($"127.0.0.1:{added}"), Smtpd(stranger.LocalEndpoint.ToString()!)), Is.Null);
        Assert.That(error, Does.StartWith($"master.cf, line 2: bind {stranger.LocalEndpoint}: Address already in use"));
        Assert.That((IsOpen("127.0.0.1", old), IsOpen("127.0.0.1", added)), Is.EqualTo((true, false)));
        Assert.That(Change(sockets, "", out _, Smtpd($"127.0.0.1:{old}"))![0], Is.EqualTo(before[0]), "the same socket goes on");
        sockets.Begin().Commit();
    }

    [Test]
    public void A_Unix_socket_whose_file_was_removed_or_replaced_is_bound_again()
    {
        string before = Directory.GetCurrentDirectory(), folder = Directory.CreateTempSubdirectory("spool").FullName,
            path = $"{folder}/public/x";
        Directory.CreateDirectory($"{folder}/public");
        Directory.SetCurrentDirectory(folder);
        try
        {
            ListenSockets sockets = new();
            ListenSocket Open() =>
                Change(sockets, "", out string error, "x unix n - n - - x")?[0][0] ?? throw new AssertionException(error);
            ListenSocket first = Open();
            Assert.That(Open(), Is.SameAs(first), "as long as it can be reached");
            File.Delete(path);
            ListenSocket second = Open();
            Assert.That(second, Is.Not.SameAs(first));
            File.Delete(path);
            File.WriteAllText(path, "");
            Assert.That(Open(), Is.Not.SameAs(second));
            Assert.That(FileStatus.TryGet(path, out FileStatus status)
                && status.Mode == (FileStatus.S_IFSOCK | FileModes.WorldWritableFile),
                "0666, without a chmod");
            // a change that fails removes what it has made, and nothing else
            using TcpListener stranger = new(IPAddress.Loopback, 0);
            stranger.Start();
            Assert.That(Change(sockets, "", out _, "x unix n - n - - x", "y unix n - n - - y", Smtpd(stranger.LocalEndpoint.ToString()!)),
                Is.Null);
            Assert.That(Change(sockets, "", out _, "x unix n - n - - x", "y unix n - n - - y", "a/b unix n - n - - z"), Is.Null,
                "a name with a slash");
            Assert.That(Directory.GetFileSystemEntries($"{folder}/public"), Is.EqualTo(new[] { path }));
            sockets.Begin().Commit();
            Assert.That(File.Exists(path), Is.False);
        }
        finally
        {
            Directory.SetCurrentDirectory(before);
            Directory.Delete(folder, true);
        }
    }
}
