using MtaSuite.Common.Mail;

namespace MtaSuite.Tests.Unit.Mail;

public class VerpTests
{
    [TestCase("owner@origin", "user@domain", "+=", "owner+user=domain@origin")]
    [TestCase("owner@origin", "user", "+=", "owner+user@origin")]
    [TestCase("owner@origin", "a+b=c@domain", "-+", "owner-a+b=c+domain@origin")]
    [TestCase("", "user@domain", "+=", "")]
    [TestCase("unqualified", "user@domain", "+=", "unqualified")]
    [TestCase("owner@origin", "user@domain", "+", "owner@origin")]
    public void The_sender_names_the_recipient(string sender, string recipient, string delimiters, string expected) =>
        Assert.That(Verp.Sender(sender, recipient, delimiters), Is.EqualTo(expected));

    [TestCase("+=", true)]
    [TestCase("-+", true)]
    [TestCase("+", false)]
    [TestCase("+@", false)]
    [TestCase("+=-", false)]
    public void Delimiters_are_two_of_those_allowed(string delimiters, bool valid) =>
        Assert.That(Verp.IsValid(delimiters, "-=+"), Is.EqualTo(valid));
}
