using MtaSuite.Tools;
using MtaSuite.Tools.Shared;

// One executable under many names: argv[0] chooses the command, or the first argument does (tools postqueue -p).
string name = Tool.InvokedAs();
ToolCommand? command = Commands.Find(name);
if (command == null && args.Length > 0)
{
    command = Commands.Find(Path.GetFileName(args[0]));
    args = args[1..];
}
if (command == null)
{
    Tool.Name = name;
    return Tool.Fatal(64, $"usage: {name} COMMAND [ARGUMENT...], one of: {string.Join(' ', Commands.All.Select(c => c.Name))}");
}
Tool.Name = command.Name;
if (args is ["--help"])
{
    Tool.Print(command.Manual);
    return Tool.Finish(0);
}
return Tool.Finish(command.Run(args));
