namespace MtaSuite.Common.Ipc.Messages;

/// <summary>
/// One command that launcher is to become, and as whom. local writes it to a file in memory, whose descriptor launcher inherits: so it
/// has no limit of an argument list, and it is not visible in a list of processes before the command itself is.
/// </summary>
public sealed class LaunchRequest : IMessage<LaunchRequest>
{
    /// <summary>
    /// The descriptors that launcher inherits besides standard input, output and error: this request, and a pipe for the reason of a
    /// failure.
    /// </summary>
    public const int RequestFd = 3, StatusFd = 4;

    /// <summary>What launcher writes right before it becomes the command; the end of the pipe behind it says that it has.</summary>
    public const byte Ready = 0;

    /// <summary>Longest value that execve(2) takes as one string (MAX_ARG_STRLEN), and more strings than it takes in all.</summary>
    private const int MaxText = 128 * 1024, MaxTexts = 200_000, MaxCandidates = 16, MaxGroups = 65_536;

    public static ReadOnlySpan<byte> Protocol => "launch"u8;

    public long Uid, Gid;
    /// <summary>Supplementary groups.</summary>
    public List<long> Groups = [];
    /// <summary>Root directory; empty: none.</summary>
    public string ChRoot = "";
    /// <summary>Working directory; empty: the one it has.</summary>
    public string Directory = "";
    /// <summary>Largest file that the command may write; 0: any.</summary>
    public long FileSizeLimit;
    /// <summary>Where a program without a slash is looked for.</summary>
    public string SearchPath = "";
    /// <summary>The argument vectors to try in turn; the next one only when the program of the one before does not exist.</summary>
    public List<List<string>> Candidates = [];
    /// <summary>name=value; the command gets nothing else.</summary>
    public List<string> Environment = [];

    public static void Describe<C>(ref C c, LaunchRequest m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Long("uid"u8, ref m.Uid);
        c.Long("gid"u8, ref m.Gid);
        int groups = c.Count("groups"u8, m.Groups.Count, MaxGroups);
        if (c.Decoding) m.Groups.Clear();
        for (int i = 0; i < groups && !c.Failed; i++)
        {
            long group = c.Decoding ? 0 : m.Groups[i];
            c.Long("group"u8, ref group);
            if (c.Decoding) m.Groups.Add(group);
        }
        c.Text("chroot"u8, ref m.ChRoot, Limits.Address);
        c.Text("directory"u8, ref m.Directory, Limits.Address);
        c.Long("file_size"u8, ref m.FileSizeLimit);
        c.Text("search_path"u8, ref m.SearchPath, Limits.Address);
        int candidates = c.Count("candidates"u8, m.Candidates.Count, MaxCandidates);
        if (c.Decoding) m.Candidates.Clear();
        for (int i = 0; i < candidates && !c.Failed; i++)
        {
            if (c.Decoding) m.Candidates.Add([]);
            Texts(ref c, "arguments"u8, m.Candidates[i]);
        }
        if (c.Decoding) m.Environment.Clear();
        Texts(ref c, "environment"u8, m.Environment);
    }

    private static void Texts<C>(ref C c, ReadOnlySpan<byte> name, List<string> list) where C : struct, IAttributeCodec, allows ref struct
    {
        int count = c.Count(name, list.Count, MaxTexts);
        for (int i = 0; i < count && !c.Failed; i++)
        {
            string text = c.Decoding ? "" : list[i];
            c.Text("string"u8, ref text, MaxText);
            if (c.Decoding) list.Add(text);
        }
    }
}
