using MtaSuite.Common.Native;

namespace MtaSuite.Tests.Unit.Native;

/// <summary>What the names of modes stand for.</summary>
public sealed class FileModesTests
{
    [TestCase(FileModes.PrivateFile, "600")]
    [TestCase(FileModes.GroupReadableFile, "640")]
    [TestCase(FileModes.PublicFile, "644")]
    [TestCase(FileModes.WorldWritableFile, "666")]
    [TestCase(FileModes.ReadOnlyFile, "400")]
    [TestCase(FileModes.PrivateFolder, "700")]
    [TestCase(FileModes.PublicFolder, "755")]
    [TestCase(FileModes.WorldWritableFolder, "777")]
    [TestCase(FileModes.StickyFolder, "1777")]
    [TestCase(FileModes.PermissionBits, "777")]
    [TestCase(FileModes.GroupAndOthers, "77")]
    [TestCase(FileModes.GroupAndOthersWrite, "22")]
    [TestCase(FileModes.GroupAndOthersRead, "44")]
    [TestCase(FileModes.AnyExecute, "111")]
    [TestCase(FileModes.OwnerExecute, "100")]
    [TestCase(FileModes.OwnerRead, "400")]
    [TestCase(FileModes.OwnerWrite, "200")]
    [TestCase(FileModes.GroupRead, "40")]
    [TestCase(FileModes.GroupWrite, "20")]
    [TestCase(FileModes.OthersRead, "4")]
    [TestCase(FileModes.OthersWrite, "2")]
    [TestCase(FileModes.OthersExecute, "1")]
    [TestCase(FileModes.Sticky, "1000")]
    [TestCase(FileModes.AllBits, "7777")]
    public void A_mode_is_what_its_comment_says_in_octal(uint mode, string octal) =>
        Assert.That(Convert.ToString(mode, 8), Is.EqualTo(octal));
}
