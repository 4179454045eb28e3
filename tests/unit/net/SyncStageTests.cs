using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Tests.Unit.Net;

/// <summary>
/// Work is done only after its file was synced, alone or with others, and a file that could not be synced says so itself.
/// </summary>
public sealed class SyncStageTests
{
    private const int Count = 40;

    private sealed class FileWork(SyncStage stage, Func<int> write, Action<FileWork> done) : DurableWork(stage)
    {
        public override void Execute() => Unsynced = write();

        protected override void OnDone() => done(this);
    }

    private static List<int> Run(bool grouping, int threads, Func<int, int> open)
    {
        List<int> errors = [];
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                EventLoop loop = new();
                FileSyncStage stage = new(loop, grouping);
                WorkerPool pool = new(loop, "test", threads);
                loop.Post(() =>
                {
                    for (int i = 0; i < Count; i++)
                    {
                        int number = i;
                        pool.Submit(new FileWork(stage, () => open(number), work =>
                        {
                            errors.Add(work.SyncError);
                            if (work.Unsynced >= 0) _ = FileIO.Close(work.Unsynced);
                            if (errors.Count == Count) loop.Stop();
                        }));
                    }
                });
                loop.Run();
            }
            catch (InvalidOperationException e)
            {
                failure = e;
            }
        });
        thread.Start();
        Assert.That(thread.Join(20_000), "all work was done");
        Assert.That(failure, Is.Null);
        return errors;
    }

    [Test]
    public void All_work_is_done_and_synced([Values] bool grouping, [Values(1, 4)] int threads)
    {
        string folder = Directory.CreateTempSubdirectory("sync").FullName;
        List<int> errors = Run(grouping, threads, i =>
        {
            int fd = FileIO.Open($"{folder}/{i}", FileIO.O_WRONLY | FileIO.O_CREAT | FileIO.O_CLOEXEC, FileModes.PrivateFile);
            Assert.That(FileIO.PWriteAll(fd, "text"u8, 0));
            return fd;
        });
        Assert.That(errors, Has.Count.EqualTo(Count).And.All.EqualTo(0));
        Assert.That(Directory.GetFiles(folder).Select(File.ReadAllText), Has.Exactly(Count).EqualTo("text"));
        Directory.Delete(folder, true);
    }

    [Test]
    public void A_file_that_cannot_be_synced_fails_and_no_other([Values] bool grouping)
    {
        string folder = Directory.CreateTempSubdirectory("sync").FullName;
        // a device cannot be synced
        List<int> errors = Run(grouping, 2, i => i % 4 == 0
            ? FileIO.Open("/dev/null", FileIO.O_WRONLY | FileIO.O_CLOEXEC, 0)
            : FileIO.Open($"{folder}/{i}", FileIO.O_WRONLY | FileIO.O_CREAT | FileIO.O_CLOEXEC, FileModes.PrivateFile));
        Directory.Delete(folder, true);
        Assert.That(errors.Count(e => e != 0), Is.EqualTo(Count / 4));
    }

    [Test]
    public void Work_without_a_file_is_done_at_once() =>
        Assert.That(Run(true, 2, _ => -1), Has.Count.EqualTo(Count).And.All.EqualTo(0));
}
