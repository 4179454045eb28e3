using System.Text;

namespace MtaSuite.Tests.Unit.Tables;

/// <summary>A folder of its own for one test, with a main.cf so that the commands run in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("mtasuite-tables-").FullName;

    public TemporaryFolder() => Write("main.cf", "compatibility_level = 3.6\ndefault_database_type = hash\n");

    public string this[string name] => Path.Combine(Folder, name);

    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Folder, true);
}
