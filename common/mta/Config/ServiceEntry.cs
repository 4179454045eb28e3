namespace MtaSuite.Common.Config;

/// <summary>The types a service of master.cf may have, by the word in its second column.</summary>
public static class ServiceType
{
    public const string Inet = "inet", Unix = "unix", UnixDgram = "unix-dgram", Fifo = "fifo", Pass = "pass";
    public static readonly string[] All = [Inet, Unix, UnixDgram, Fifo, Pass];
}

/// <summary>
/// One service of master.cf.
/// <paramref name="Private"/>: only the suite may connect. <paramref name="Unprivileged"/>: runs as mail_owner. <paramref
/// name="WakeupSeconds"/>: 0 is never; with <paramref name="WakeupOnlyIfUsed"/> only once something has connected. <paramref
/// name="MaxProc"/>: the most clients or deliveries at once; null is <c>default_process_limit</c>, 0 is no limit. <paramref name="Args"/>:
/// what stands after the command, in order, braces kept. <paramref name="Overrides"/>: the <c>-o name=value</c> among them. <paramref
/// name="Line"/>: where it begins in the file.
/// </summary>
public sealed record ServiceEntry(string Name, string Type, bool Private, bool Unprivileged, bool Chroot, int WakeupSeconds,
    bool WakeupOnlyIfUsed, int? MaxProc, string Command, IReadOnlyList<string> Args,
    IReadOnlyList<KeyValuePair<string, string>> Overrides, int Line)
{
    /// <summary>
    /// The arguments that are neither options nor their values: <c>user=</c>, <c>flags=</c>, <c>argv=</c> of a pipe service.
    /// </summary>
    public IReadOnlyList<string> Attributes => MasterCf.WithoutOptions(Args);

    /// <summary>The number of <c>-v</c> among the options.</summary>
    public int Verbosity => Args.TakeWhile(a => a.StartsWith('-')).Count(a => a == "-v");

    public override string ToString() => $"{Name}/{Type}";
}
