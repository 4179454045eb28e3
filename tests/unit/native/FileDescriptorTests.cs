using MtaSuite.Common.Native;

namespace MtaSuite.Tests.Unit.Native;

/// <summary>Who closes a descriptor, and how often.</summary>
public sealed class FileDescriptorTests
{
    private static bool IsOpen(int fd) => FileIO.Fcntl(fd, FileIO.F_GETFD, 0) >= 0;

    [Test]
    public void It_is_closed_once_and_not_the_next_file_of_that_number()
    {
        Assert.That(FileDescriptor.TryPipe(out FileDescriptor? first, out FileDescriptor? writer));
        int number = first!.Fd;
        first.Dispose();
        Assert.That((first.IsOpen, first.Fd), Is.EqualTo((false, -1)));
        using (writer) Assert.That((FileIO.Write(writer!.Fd, "x"u8), Errno.Last), Is.EqualTo((-1, Errno.EPIPE)));
        // another file is made to have the number
        using FileDescriptor source = FileDescriptor.TryOpen("/dev/null", FileIO.O_RDONLY)!;
        using FileDescriptor next = new(FileIO.Fcntl(source.Fd, FileIO.F_DUPFD_CLOEXEC, number));
        first.Dispose();
        Assert.That(IsOpen(next.Fd));
    }

    [Test]
    public void What_was_handed_over_is_the_receivers()
    {
        FileDescriptor owner = FileDescriptor.TryOpen("/dev/null", FileIO.O_RDONLY)!;
        using FileDescriptor receiver = new(owner.Release());
        owner.Dispose();
        Assert.That((owner.Fd, IsOpen(receiver.Fd)), Is.EqualTo((-1, true)));
    }

    [Test]
    public void The_reason_of_a_failure_outlives_the_close()
    {
        using (FileDescriptor.TryOpen("/dev/null", FileIO.O_RDONLY))
            Assert.That(FileDescriptor.TryOpen("/nonexistent/x", FileIO.O_RDONLY), Is.Null);
        Assert.That(Errno.Last, Is.EqualTo(Errno.ENOENT));
    }

    [Test]
    public void All_that_are_opened_are_closed_at_exec()
    {
        Assert.That(FileDescriptor.TryPipe(out FileDescriptor? read, out FileDescriptor? write));
        Assert.That(FileDescriptor.TrySocketPair(out FileDescriptor? one, out FileDescriptor? other));
        FileDescriptor[] all = [read!, write!, one!, other!, FileDescriptor.TryOpen("/dev/null", FileIO.O_RDONLY)!,
            FileDescriptor.TrySocket(Sockets.AF_UNIX, Sockets.SOCK_STREAM)!];
        Assert.That(all.Select(d => FileIO.Fcntl(d.Fd, FileIO.F_GETFD, 0)), Is.All.EqualTo(FileIO.FD_CLOEXEC));
        FileDescriptor.DisposeAll(all);
        Assert.That(all.Select(d => d.IsOpen), Is.All.False);
    }
}
