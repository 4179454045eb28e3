using System.Text;
using MtaSuite.Common.Native;
using MtaSuite.Tests.E2e.Harness;

namespace MtaSuite.Tests.Faults;

/// <summary>
/// Files in the queue that are torn or none of ours: they are put aside or passed over, never deleted, and everything else goes on.
/// </summary>
[TestFixture]
public class DamagedFiles : InstanceTest
{
    protected override void Prepare() => Mta.AddAliases($"gate: \"|test -e {Mta.Folder}/open || exit 75; cat >> {Mta.Folder}/out/gate\"\n");

    [Test]
    public void Damaged_files_harm_nobody_else()
    {
        Directory.CreateDirectory($"{Mta.Folder}/out");
        File.SetUnixFileMode($"{Mta.Folder}/out", (UnixFileMode)FileModes.StickyFolder);
        string[] ids = new string[4];
        using (SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort))
        {
            for (int i = 0; i < ids.Length; i++)
                ids[i] = peer.Deliver(Instance.Address, $"gate@{Instance.HostName}",
                    $"Subject: whole\n\nmessage number {i}\n{new string('x', 900)}\n").Is(250).QueueId;
        }
        foreach (string id in ids) Wait.Until(() => Mta.Queued("deferred").Contains(id), $"{id} deferred");
        Mta.Stop();

        string File_(string id) => Directory.EnumerateFiles($"{Mta.Spool}/deferred", id, SearchOption.AllDirectories).Single();
        byte[] whole = File.ReadAllBytes(File_(ids[0]));
        // cut in the content; cut in the envelope; overwritten in the middle of the envelope; none of ours; empty
        Cut(File_(ids[1]), whole.Length - 500);
        string[] added = [Other(ids[0], 'B'), Other(ids[0], 'C'), Other(ids[0], 'D'), Other(ids[0], 'F'), Other(ids[0], 'G')];
        Put(added[0], whole[..100]);
        byte[] scribbled = [.. whole];
        Encoding.ASCII.GetBytes("\0\0garbage\n\n\xff").CopyTo(scribbled, 70);
        Put(added[1], scribbled);
        Put(added[2], Encoding.ASCII.GetBytes("This is no queue file.\n"));
        Put(added[3], []);
        // the length of its content is lost: that makes it no file that was never finished
        byte[] noLength = [.. whole];
        noLength.AsSpan(22, 15).Fill((byte)' ');
        Put(added[4], noLength);
        Put("not-an-id.txt", Encoding.ASCII.GetBytes("somebody's notes\n"));

        Mta.Start();
        File.WriteAllText($"{Mta.Folder}/open", "");
        using (SmtpPeer peer = SmtpPeer.Open(Mta.SmtpPort)) peer.Deliver(Instance.Address, Address, "Subject: goes on\n\nbody\n").Is(250);
        Mta.Delivered("Subject: goes on");
        Mta.Command("postqueue", "", "-f").Succeeded();
        foreach (string id in (string[])[ids[0], ids[2], ids[3]]) Mta.WaitForLog($"{id}: removed");
        string delivered = File.ReadAllText($"{Mta.Folder}/out/gate");
        foreach (int i in (int[])[0, 2, 3]) Assert.That(delivered, Does.Contain($"message number {i}\n"));
        Assert.That(delivered, Does.Not.Contain("garbage").And.Not.Contains("message number 1\n"));

        foreach (string id in (string[])[added[1], added[2], added[4]])
            Wait.Until(() => Mta.Queued("corrupt").Contains(id),
                () => $"{id} in corrupt/, which has {string.Join(' ', Mta.Queued("corrupt"))}");
        Mta.WaitForLog($@"qmgr\[\d+\]: warning: .*{added[2]}");
        foreach (string id in (string[])[ids[1], .. added, "not-an-id.txt"])
            Assert.That(Mta.Queued("incoming", "deferred", "corrupt"), Does.Contain(id), "nothing is deleted");
        Assert.That(Mta.CountLog("panic:|exit status|killed by signal"), Is.Zero);
        Assert.That(Mta.Command("postqueue", "", "-p").ExitCode, Is.Zero);
    }

    /// <summary>A valid id that differs in its last digit but one.</summary>
    private static string Other(string id, char digit) => id[..^2] + (id[^2] == digit ? '9' : digit) + id[^1];

    private void Put(string name, byte[] content)
    {
        string path = $"{Mta.Spool}/incoming/{name}";
        File.WriteAllBytes(path, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (Programs.IsRoot) Programs.Run("chown", ["mtasuite", path]).Succeeded();
    }

    private static void Cut(string path, long length)
    {
        using FileStream file = new(path, FileMode.Open);
        file.SetLength(length);
    }
}
