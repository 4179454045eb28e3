using NUnit.Framework.Interfaces;

namespace MtaSuite.Tests.E2e.Harness;

/// <summary>A scenario with an instance that runs for all its tests. A failed test prints the log.</summary>
[Category("e2e")]
public abstract class InstanceTest
{
    private Instance? _instance;

    protected Instance Mta => _instance ?? throw new InvalidOperationException("no instance");

    protected static string User => Instance.User;

    protected static string Address => Instance.Address;

    /// <summary>Settings of main.cf, "name=value".</summary>
    protected virtual string[] Settings => [];

    /// <summary>What else is to be prepared before the start.</summary>
    protected virtual void Prepare() { }

    [OneTimeSetUp]
    public void StartInstance()
    {
        _instance = Instance.Create(Settings);
        Prepare();
        try { Mta.Start(); }
        catch (AssertionException) { TestContext.Out.WriteLine(Mta.Describe()); throw; }
    }

    [TearDown]
    public void ReportFailure()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed) TestContext.Out.WriteLine(Mta.Describe());
    }

    [OneTimeTearDown]
    public void StopInstance()
    {
        if (_instance == null) return;
        using Instance instance = _instance;
        if (instance.Pids("master").Length == 0) return;
        instance.Stop();
        Assert.That(instance.Processes(), Is.Empty, "processes after stop");
        Assert.That(instance.LogText(), Does.Not.Contain("panic:"));
    }
}
