using System.Text.RegularExpressions;

namespace MtaSuite.Tests.Unit.House;

/// <summary>How the rest of the source uses the calls of the system.</summary>
public sealed partial class SystemCallTests
{
    private const string Calls = @"(?:FileIO\.Open|OpenAt|OpenFile|MkDir|MkDirAt|ChMod|FChMod|UMask)\([^;{]*\b0x";

    [GeneratedRegex(Calls + @"|UnixFileMode\)0x|Permissions\)? *[&|=]=? *0x")]
    private static partial Regex HexadecimalMode();

    [Test]
    public void Descriptors_have_owners()
    {
        Source.Require();
        List<string> found = [];
        // the one place beyond is the engine of the event loop, which closes for connections and listeners
        foreach (string file in Source.Rooms.Append("common").SelectMany(Source.Files))
        {
            bool mayClose = file.Contains("/common/runtime/Native/")
                || file.EndsWith("/common/runtime/Net/EpollEngine.cs", StringComparison.Ordinal);
            if (!mayClose && Source.Code(file).Contains("FileIO.Close(")) found.Add(file);
        }
        Assert.That(found, Is.Empty, "a FileDescriptor closes what it owns");
    }

    [Test]
    public void Modes_have_names()
    {
        Source.Require();
        List<string> found = [];
        foreach (string file in Source.Rooms.Append("common").Append("tests").SelectMany(Source.Files))
            found.AddRange(HexadecimalMode().Matches(Source.Code(file)).Select(m => $"{file}: {m.Value}"));
        Assert.That(found, Is.Empty);
    }
}
