using MtaSuite.Common.Native;
using MtaSuite.Common.Sasl;
using MtaSuite.Common.Tables;
using MtaSuite.Smtpd.Auth.BackEnds;
using MtaSuite.Tools.Postpasswd;

namespace MtaSuite.Tests.Unit.Tools;

public sealed class PasswordFileTests
{
    [TestCase("", "a@b", "v", "a@b\tv\n")]
    [TestCase("# logins\nx y\n", "a@b", "v", "# logins\nx y\na@b\tv\n")]
    [TestCase("x y", "a@b", "v", "x y\na@b\tv\n")]
    [TestCase("x y\na@b old\nz w\n", "a@b", "v", "x y\na@b\tv\nz w\n")]
    [TestCase("A@B old\n  more\nz w\n", "a@b", "v", "a@b\tv\nz w\n")]
    [TestCase("a@b one\na@b two\n", "a@b", "v", "a@b\tv\n")]
    [TestCase("x y\na@b old\n  more\nz w\n", "a@b", null, "x y\nz w\n")]
    [TestCase("x y\n", "a@b", null, "x y\n")]
    public void Lines_are_edited(string old, string login, string? verifier, string expected) =>
        Assert.That(PasswordFile.Edit(old, login, verifier, out _), Is.EqualTo(expected));

    [Test]
    public void What_is_written_lets_the_login_in()
    {
        string folder = Directory.CreateTempSubdirectory("postpasswd").FullName;
        try
        {
            string path = $"{folder}/passwd";
            PasswordFile file = new(path);
            Assert.That(file.Set("joe@example.com", ScramVerifier.Make(ScramHash.Sha256, "secret", 4096).ToString(), null, out bool found),
                Is.Null);
            Assert.That((found, (uint)File.GetUnixFileMode(path)), Is.EqualTo((false, FileModes.GroupReadableFile)));
            TableAuthority authority = new(Maps.Open($"texthash:{path}"), "", null);
            Assert.That(authority.CheckPassword("", "joe@example.com", "secret").Status, Is.EqualTo(SaslStatus.Success));
            Assert.That(file.Set("joe@example.com", null, null, out found), Is.Null);
            Assert.That(found);
            Assert.That(Directory.GetFiles(folder), Is.EqualTo(new[] { path }));
        }
        finally { Directory.Delete(folder, true); }
    }
}
