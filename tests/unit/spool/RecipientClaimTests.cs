using MtaSuite.Common.Native;
using MtaSuite.Common.Spool;

namespace MtaSuite.Tests.Unit.Spool;

[TestFixture]
public class RecipientClaimTests
{
    private const string Records = "R a@example.com\nr b@example.com\nu c@example.com\n";
    private string _path = "";

    [SetUp]
    public void SetUp()
    {
        _path = Path.GetTempFileName();
        File.WriteAllText(_path, Records);
    }

    [TearDown]
    public void TearDown() => File.Delete(_path);

    private DeliveryFile Open() => new(FileDescriptor.TryOpen(_path, FileIO.O_RDWR)!, "TEST");

    [Test]
    public void A_recipient_is_claimed_once_until_it_is_released()
    {
        using DeliveryFile first = Open(), second = Open();
        using (RecipientClaim claim = first.Claim(0, wait: true))
        {
            Assert.That(claim is { Status: ClaimStatus.Claimed, Refusal: null });
            using RecipientClaim other = second.Claim(0, wait: false);
            Assert.That(other.Status, Is.EqualTo(ClaimStatus.Busy));
            Assert.That(other.Refusal!.IsTemporary);
        }
        using RecipientClaim later = second.Claim(0, wait: false);
        Assert.That(later.Status, Is.EqualTo(ClaimStatus.Claimed));
    }

    [Test]
    public void A_claim_that_waits_gets_the_recipient_when_the_other_process_has_closed_the_file()
    {
        using DeliveryFile second = Open();
        DeliveryFile first = Open();
        RecipientClaim claim = first.Claim(0, wait: true);
        Task<ClaimStatus> waiting = Task.Run(() =>
        {
            using RecipientClaim later = second.Claim(0, wait: true);
            return later.Status;
        });
        Assert.That(claim.Mark());
        first.Dispose();
        Assert.That(waiting.Wait(TestLimits.Wait));
        Assert.That(waiting.Result, Is.EqualTo(ClaimStatus.Delivered));
    }

    [TestCase(16, false)]
    [TestCase(32, true)]
    public void A_marked_recipient_is_not_delivered_to_again(long offset, bool unsynced)
    {
        using DeliveryFile file = Open(), other = Open();
        using RecipientClaim claim = file.Claim(offset, wait: true);
        Assert.That(claim.Status, Is.EqualTo(ClaimStatus.Delivered));
        Assert.That(claim.Refusal!.IsOk);
        Assert.That(claim.WasUnsynced, Is.EqualTo(unsynced));
        using RecipientClaim second = other.Claim(offset, wait: false);
        Assert.That(second.Status, Is.EqualTo(ClaimStatus.Delivered), "a refused claim holds no lock");
    }

    [Test]
    public void A_mark_changes_one_byte_and_survives_the_release()
    {
        using (DeliveryFile file = Open())
        using (RecipientClaim claim = file.Claim(0, wait: true))
        {
            claim.Dispose();
            Assert.That(claim.Mark(unsynced: true));
        }
        Assert.That(File.ReadAllText(_path), Is.EqualTo("u" + Records[1..]));
    }

    [Test]
    public void A_member_of_an_alias_has_no_record_to_mark()
    {
        using DeliveryFile first = Open(), second = Open();
        using RecipientClaim claim = first.Claim(RecipientClaim.NoRecord, wait: false),
            other = second.Claim(RecipientClaim.NoRecord, wait: false);
        Assert.That(claim.Status == ClaimStatus.Claimed && other.Status == ClaimStatus.Claimed);
        Assert.That(claim.Mark());
        Assert.That(File.ReadAllText(_path), Is.EqualTo(Records));
    }

    [Test]
    public void A_file_that_cannot_be_read_there_is_a_temporary_failure()
    {
        using DeliveryFile file = Open();
        using RecipientClaim claim = file.Claim(Records.Length, wait: true);
        Assert.That(claim.Status, Is.EqualTo(ClaimStatus.Failed));
        Assert.That(claim.Refusal!.IsTemporary);
    }
}
