using NUnit.Framework.Interfaces;

namespace MtaSuite.Tests.Lab;

/// <summary>The one lab of all its tests; the first that needs it makes it.</summary>
[SetUpFixture]
public class LabSetUp
{
    private static Lab? s_lab;
    private static Exception? s_failure;

    /// <summary>Made at most once: what went wrong then is told to every test.</summary>
    internal static Lab Lab
    {
        get
        {
            if (s_failure != null) throw s_failure;
            try { return s_lab ??= new Lab(); }
            catch (Exception e)
            {
                s_failure = e;
                throw;
            }
        }
    }

    [OneTimeTearDown]
    public void TearDown() => s_lab?.Dispose();
}

/// <summary>A test in the lab. A failed one prints the logs and the queues of all mail systems.</summary>
[Category("lab"), NonParallelizable]
public abstract class LabTest
{
    private protected static Lab Lab => LabSetUp.Lab;

    private protected static MailPeer Peer(string name) => Array.Find(Lab.All, p => p.Name == name)!;

    [SetUp]
    public void EverythingRuns()
    {
        foreach (MailPeer peer in Lab.All) peer.Start();
    }

    [TearDown]
    public void ReportFailure()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed) TestContext.Out.WriteLine(Lab.Describe());
    }
}
