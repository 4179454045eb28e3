using System.Buffers;
using System.Text;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Local.Commands;
using MtaSuite.Local.Pipe;
using MtaSuite.Local.Rights;

namespace MtaSuite.Tests.Fuzz;

/// <summary>
/// Command lines of aliases and argument vectors of pipe services: what stands in an address or message never becomes an argument, a shell
/// word or a name to expand of its own.
/// </summary>
public static class CommandLineFuzz
{
    private const string Allowed = "abcdefghijklmnopqrstuvwxyz@.-_";
    private static readonly SearchValues<char> s_allowed = SearchValues.Create(Allowed),
        s_magic = SearchValues.Create("$`\"'\\;&|<>()*?[]{}#~\n\0");

    public static void One(ReadOnlySpan<byte> input)
    {
        string text = Encoding.Latin1.GetString(input);
        Line(text);
        Arguments(text);
        Variables(text);
    }

    /// <summary>A line that runs without a shell has nothing in it that a shell would have treated otherwise.</summary>
    private static void Line(string line)
    {
        IReadOnlyList<IReadOnlyList<string>> candidates = ShellCommand.Parse(line, "");
        if (candidates.Count is < 1 or > 2) throw new InvalidOperationException("no or too many ways to run it");
        IReadOnlyList<string> last = candidates[^1];
        bool viaShell = last[0] == "/bin/sh" && last.Count == 3 && last[1] == "-c";
        if (viaShell && last[2] != line) throw new InvalidOperationException("the shell gets another line");
        if (viaShell && candidates.Count == 1) return;
        if (line.AsSpan().ContainsAny(s_magic)) throw new InvalidOperationException("a line for the shell runs without it");
        if (!string.Join(" ", candidates[0])
            .Equals(string.Join(" ", line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal))
            throw new InvalidOperationException("words differ");
    }

    /// <summary>One argument for each recipient, holding the address as it is.</summary>
    private static void Arguments(string address)
    {
        PipeSettings settings = new()
        {
            Service = "x",
            Command = ["prog", "<${recipient}>", "$user", "$sender"],
            Rights = UserRights.None,
            RecipientDelimiter = new("+")
        };
        DeliverRequest request = new() { Sender = address };
        request.Recipients.Add(new DeliverRecipient { Address = address });
        request.Recipients.Add(new DeliverRecipient { Address = "second@x" });
        List<string>? result = PipeArguments.Expand(settings, request, out string? problem);
        if (result == null) throw new InvalidOperationException(problem);
        if (result.Count != 6 || result[1] != $"<{address}>" || result[2] != "<second@x>" || result[4] != "second")
            throw new InvalidOperationException("the address changed the arguments");
        if (result[5] != (address.Length == 0 ? "MAILER-DAEMON" : address)) throw new InvalidOperationException("the sender changed");
        // and as an argument of master.cf: an answer or a problem
        _ = PipeArguments.Expand(settings with { Command = ["prog", address] }, request, out _);
    }

    /// <summary>Values in the environment hold allowed characters only.</summary>
    private static void Variables(string value)
    {
        string found = new CommandEnvironment(Allowed).Set("X", value).Values[^1];
        if (found.Length != value.Length + 2 || found.AsSpan(2).ContainsAnyExcept(s_allowed))
            throw new InvalidOperationException($"let through: {found}");
    }
}

[TestFixture]
public class CommandLineFuzzTests
{
    [Test]
    public void Random_and_mutated_lines() => FuzzRunner.Run(CommandLineFuzz.One, 43, "ab/.@+ \t$`;|&<>(){}?:'\"\\=recipient"u8);
}
