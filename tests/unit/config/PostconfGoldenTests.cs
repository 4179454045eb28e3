using System.Text;
using MtaSuite.Tools.Postconf;

namespace MtaSuite.Tests.Unit.Config;

/// <summary>
/// Runs the cases of golden/config through the command. A case holds the two files and command lines; its reference holds what Postfix
/// 3.11's postconf printed and wrote: results, messages (sorted, because Postfix walks hash tables), exit status, and each file that
/// changed.
/// </summary>
public class PostconfGoldenTests
{
    private static readonly string[] Names = ["main.cf", "master.cf"];

    private static IEnumerable<string> Cases() =>
        Directory.GetFiles(Path.Combine(TestContext.CurrentContext.TestDirectory, "golden", "config"), "*.in")
            .Select(f => Path.GetFileNameWithoutExtension(f)!).Order();

    [TestCaseSource(nameof(Cases))]
    public void The_command_does_as_the_reference(string name)
    {
        string folder = Path.Combine(TestContext.CurrentContext.TestDirectory, "golden", "config");
        Dictionary<string, string> parts = Parse(File.ReadAllText(Path.Combine(folder, name + ".in")));
        string directory = Directory.CreateTempSubdirectory("postconf").FullName;
        try
        {
            foreach (string file in Names)
                if (parts.TryGetValue(file, out string? text)) File.WriteAllText(Path.Combine(directory, file), text);
            Assert.That(Transcript(parts, directory), Is.EqualTo(File.ReadAllText(Path.Combine(folder, name + ".ref"))));
        }
        finally { Directory.Delete(directory, true); }
    }

    private static string Transcript(Dictionary<string, string> parts, string directory)
    {
        var transcript = new StringBuilder();
        foreach (string command in parts["run"].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var result = new StringWriter { NewLine = "\n" };
            using var messages = new StringWriter { NewLine = "\n" };
            int status = PostconfCommand.Run(["-c", directory, .. Words(command).Skip(1)], result, messages);
            transcript.Append($"$ {command}\n").Append(result.ToString().Replace(directory, "DIR", StringComparison.Ordinal));
            foreach (string line in messages.ToString().Replace(directory, "DIR", StringComparison.Ordinal)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)) transcript.Append($"! {line}\n");
            if (status != 0) transcript.Append($"exit {status}\n");
            AppendChanges(transcript, parts, directory);
        }
        string[] left = [.. Directory.GetFiles(directory).Select(f => Path.GetFileName(f)!).Except(Names)];
        return left.Length == 0 ? transcript.ToString() : $"{transcript}left behind: {string.Join(' ', left)}\n";
    }

    private static void AppendChanges(StringBuilder transcript, Dictionary<string, string> parts, string directory)
    {
        foreach (string file in Names)
        {
            string path = Path.Combine(directory, file);
            if (!File.Exists(path) || File.ReadAllText(path) is var text && text == parts.GetValueOrDefault(file)) continue;
            transcript.Append($"-- {file}\n{text}");
            parts[file] = text;
        }
    }

    private static Dictionary<string, string> Parse(string text)
    {
        var parts = new Dictionary<string, string>();
        foreach (string part in ("\n" + text).Split("\n-- ").Skip(1))
        {
            int end = part.IndexOf('\n');
            parts[part[..end]] = part[(end + 1)..] + "\n";
        }
        // the last part ends with the file's own line feed
        parts["run"] = parts["run"][..^1];
        return parts;
    }

    /// <summary>Words of a command line, single and double quotes honoured.</summary>
    private static List<string> Words(string line)
    {
        var words = new List<string>();
        for (int at = 0; at < line.Length; at++)
        {
            if (line[at] == ' ') continue;
            var word = new StringBuilder();
            for (; at < line.Length && line[at] != ' '; at++)
            {
                if (line[at] is not ('\'' or '"'))
                {
                    word.Append(line[at]);
                    continue;
                }
                int end = line.IndexOf(line[at], at + 1);
                word.Append(line, at + 1, end - at - 1);
                at = end;
            }
            words.Add(word.ToString());
        }
        return words;
    }
}
