using System.Text;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Native;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Doctor;

/// <summary>
/// Is a service an open relay? A connection from this machine is one of mynetworks and proves nothing, so that smtpd's rules are asked
/// about a stranger (postaccess does the same): an address of RFC 5737, which is in no real network.
/// </summary>
internal sealed class RelayTest(DoctorContext c, SmtpService service, string directory)
{
    private const string Stranger = "203.0.113.25", Victim = "someone@relay-test.example";
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(15), s_step = TimeSpan.FromMilliseconds(20);

    public async Task RunAsync(Section s)
    {
        (int status, string output) = await AskAsync();
        string trust = service.Config.Get(CommonParams.Mynetworks);
        if (status == 0)
            s.Problem("relay", $"by the rules a stranger ({Stranger}) may send to foreign domains: an open relay",
                "spammers find it within hours, and then everybody refuses mail from here",
                "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination; see why with "
                + $"postaccess --service {service.Entry.Name} --client {Stranger} --rcpt {Victim}");
        else if (status == 1) s.Ok("relay", $"by the rules a stranger may not send to foreign domains ({Decided(output)})",
            $"whether firewalls or translators of addresses make strangers look like one of mynetworks "
                + $"({(trust.Length > 0 ? trust : "empty")}), only a test from outside shows");
        else s.Note("relay", "smtpd's rules could not be asked", status < 0 ? "no answer in time" : $"exit status {status}",
            $"postaccess --service {service.Entry.Name} --client {Stranger} --rcpt {Victim}");
    }

    private static string Decided(string output)
    {
        const string Mark = "decided by ";
        int at = output.IndexOf(Mark, StringComparison.Ordinal);
        return at < 0 ? "it is refused" : output[at..].Split('\n')[0];
    }

    /// <summary>The exit status of "smtpd --explain" and what it wrote; -1: none in time.</summary>
    private async Task<(int Status, string Output)> AskAsync()
    {
        // an encrypted session of a named client without other faults: only the rule about relaying is left
        List<string> command = ExplainCall.Arguments(directory, service.Entry, [],
            [$"client={Stranger}", "name=relay-test.example", $"helo=[{Stranger}]", "from=", $"rcpt={Victim}", "tls=yes"]);
        if (!FileDescriptor.TryPipe(out FileDescriptor? read, out FileDescriptor? write)) return (71, "");
        using (read)
        {
            int pid = Start(command, write);
            return pid < 0 ? (71, "") : await WaitAsync(pid, read.Fd);
        }
    }

    /// <summary>Starts it with its output to a pipe, whose end is closed here.</summary>
    private int Start(List<string> command, FileDescriptor output)
    {
        using FileDescriptor? nothing = FileDescriptor.TryOpen("/dev/null", FileIO.O_RDWR);
        int none = nothing?.Fd ?? -1;
        using (output)
            return Processes.Spawn(ExplainCall.Program(service.Config), command, Tool.OwnEnvironment(), null, [none, output.Fd, none], []);
    }

    private async Task<(int, string)> WaitAsync(int pid, int output)
    {
        for (TimeSpan waited = TimeSpan.Zero; waited < s_timeout; waited += s_step)
        {
            if (Processes.WaitPid(pid, out int status, Processes.WNOHANG) == pid) return (Processes.ExitCode(status), Rest(output));
            await c.Loop.Delay(s_step);
        }
        _ = Signals.Kill(pid, Signals.SIGKILL);
        _ = Processes.WaitPid(pid, out _, 0);
        return (-1, "");
    }

    // The child has ended, and what it wrote fits into a pipe.
    private static string Rest(int fd)
    {
        byte[] buffer = new byte[64 * 1024];
        int have = 0;
        while (have < buffer.Length && FileIO.ReadRetry(fd, buffer.AsSpan(have)) is > 0 and var n) have += n;
        return Encoding.UTF8.GetString(buffer.AsSpan(0, have));
    }
}
