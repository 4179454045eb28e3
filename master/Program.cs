namespace MtaSuite.Master;

/// <summary>Starts, watches, reloads and stops the daemons.</summary>
public static class Program
{
    public static int Main(string[] args) => MasterProgram.Run(args);
}
