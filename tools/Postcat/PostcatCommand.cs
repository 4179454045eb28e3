using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Postcat;

/// <summary>What postcat shows of a queue file.</summary>
internal sealed record PostcatOptions(bool Envelope, bool Header, bool Body, bool RecordTypes, bool Offsets, long Skip);

/// <summary>postcat: shows queue files.</summary>
internal static class PostcatCommand
{
    private const string Usage = "usage: postcat [-b (body text)] [-c config_dir] [-d (decimal record type)] [-e (envelope records)] [-h "
        + "(header text)] "
        + "[-q (access queue)] [-v] [file(s)...]";

    public const string Manual = """
        postcat - show queue files

        usage: postcat [-bdehoqrv] [-c DIR] [-s OFFSET] [FILE...]

          -q          the arguments are queue ids, searched in all queues
          -e -h -b    envelope, header, body; default: all three
          -d          the type of each record, as a decimal number
          -o          the offset of each record in the file
          -s OFFSET   begin with the record at this offset
          -r          records in the order of the file; accepted, because there is no other order

        Without a file: standard input. Exit status: 0 done, 1 error.

        """;

    public static int Run(string[] args)
    {
        GetOpt options = new(args, "bc:dehoqrs:v");
        (bool body, bool types, bool envelope, bool header, bool offsets, bool queue) = (false, false, false, false, false, false);
        (string? directory, long skip) = (null, 0);
        for (char c = options.Next(); c != '\0'; c = options.Next())
        {
            switch (c)
            {
                case 'b': body = true; break;
                case 'c': directory = options.Value; break;
                case 'd': types = true; break;
                case 'e': envelope = true; break;
                case 'h': header = true; break;
                case 'o': offsets = true; break;
                case 'q': queue = true; break;
                case 's' when !long.TryParse(options.Value, out skip) || skip < 0: return Tool.Fatal(1, $"bad offset: {options.Value}");
                case '?': return Tool.Fatal(1, Usage);
                default: break;
            }
        }
        if (!body && !envelope && !header) body = envelope = header = true;
        PostcatOptions show = new(envelope, header, body, types, offsets, skip);
        if (options.Operands.Count == 0) return ShowFile(0, "stdin", show);
        SpoolDirectory? spool = null;
        if (queue)
        {
            MailConfig? config = Tool.LoadConfig(directory, "postcat");
            if (config == null) return 1;
            spool = new SpoolDirectory(config.Get(CommonParams.QueueDirectory));
        }
        int status = 0;
        foreach (string name in options.Operands)
        {
            status = spool == null ? ShowPath(name, name, show) : ShowQueued(spool, name, show);
            if (status != 0) break;
        }
        return status;
    }

    private static int ShowQueued(SpoolDirectory spool, string id, PostcatOptions show)
    {
        if (!id.All(char.IsAsciiLetterOrDigit)) return Tool.Fatal(1, $"bad mail queue ID: {id}");
        foreach (string folder in SpoolDirectory.Queues)
        {
            string path = spool.PathOf(folder, id);
            using FileDescriptor? file = OpenQueued(spool.Root, path[(spool.Root.Length + 1)..]);
            if (file != null) return ShowFile(file.Fd, path[(spool.Root.Length + 1)..], show);
            if (Errno.Last != Errno.ENOENT) return Tool.Fatal(1, $"open {path}: {Errno.Text()}");
        }
        return Tool.Fatal(1, $"open queue file {id}: {Errno.Text(Errno.ENOENT)}");
    }

    /// <summary>Folder by folder, through no link: mail_owner writes these folders, and root reads them.</summary>
    private static FileDescriptor? OpenQueued(string root, string path)
    {
        string[] names = path.Split('/');
        Folder? folder = Folder.TryWalk(root);
        foreach (string name in names[..^1])
        {
            using Folder? above = folder;
            folder = above?.TryOpenFolder(name);
        }
        using (folder) return folder?.TryOpenFile(names[^1], FileIO.O_RDONLY);
    }

    private static int ShowPath(string path, string shown, PostcatOptions show)
    {
        using FileDescriptor? file = FileDescriptor.TryOpen(path, FileIO.O_RDONLY);
        return file == null ? Tool.Fatal(1, $"open {path}: {Errno.Text()}") : ShowFile(file.Fd, shown, show);
    }

    private static int ShowFile(int fd, string shown, PostcatOptions show)
    {
        if (new QueueFilePrinter(fd, shown, show).Print()) return 0;
        Tool.Warning($"{shown}: input is not a valid queue file");
        return 0;
    }
}
