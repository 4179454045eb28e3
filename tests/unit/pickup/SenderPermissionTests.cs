using MtaSuite.Common.Mail;
using MtaSuite.Common.Tables;
using MtaSuite.Pickup;

namespace MtaSuite.Tests.Unit.Pickup;

public sealed class SenderPermissionTests
{
    [TestCase("root", "any@where", true)]
    [TestCase("joe", "joe", true)]
    [TestCase("joe", "joe@example.com", true)]
    [TestCase("joe", "JOE+list@Example.com", true)]
    [TestCase("joe", "jim@example.com", false)]
    [TestCase("joe", "", false)]
    [TestCase("joe", "x@joe.example", true)]
    [TestCase("joe", "x@sub.joe.example", false)]
    [TestCase("daemon", "", true)]
    [TestCase("daemon", "daemon", false)]
    [TestCase("uid:4711", "a@b", true)]
    [TestCase("nobody", "nobody", false)]
    public void Patterns(string login, string sender, bool allowed)
    {
        SenderPermission permission =
            new("inline:{{root=*},{joe=joe, joe@example.com @joe.example},{daemon=<>},{uid:4711=a@b}}", "<>", new RecipientDelimiter("+"));
        Assert.That(permission.CheckAsync(login, sender).Completed() is null, Is.EqualTo(allowed));
    }

    [Test]
    public void Trouble_is_temporary()
    {
        SenderPermission permission = new("fail:x", "<>", RecipientDelimiter.None);
        Assert.That(permission.CheckAsync("joe", "joe").Completed()!.IsPermanent, Is.False);
    }
}
