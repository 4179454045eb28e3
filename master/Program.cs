namespace MtaSuite.Master;

/// <summary>The program.</summary>
public static class Program
{
    public static int Main(string[] args) => MasterProgram.Run(args);
}
