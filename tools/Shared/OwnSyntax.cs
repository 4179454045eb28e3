using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using MtaSuite.Common.Hosting;

namespace MtaSuite.Tools.Shared;

/// <summary>
/// The command line of commands that are ours alone, by System.CommandLine: each option is declared once, for the parser and for --help.
/// Commands with Postfix's
/// syntax keep <see cref="GetOpt"/>.
/// </summary>
internal static class OwnSyntax
{
    // "@file" is an operand like any other: it does not open a file
    private static readonly ParserConfiguration s_configuration = new() { ResponseFileTokenReplacer = null };

    public static Option<bool> Flag(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description };

    /// <summary>An option with one value; of several the last counts, as with getopt.</summary>
    /// <param name="check">What is wrong with a value; null: nothing. It is told as "--name: what is wrong".</param>
    public static Option<string> Value(string name, string valueName, string description, Func<string, string?>? check = null)
    {
        Option<string> option = new(name)
        {
            HelpName = valueName,
            Description = description,
            Arity = ArgumentArity.OneOrMore,
            CustomParser = static result => result.Tokens[^1].Value,
        };
        Check(option, check);
        return option;
    }

    /// <summary>An option that may come several times, with a value each.</summary>
    public static Option<string[]> Values(string name, string valueName, string description, Func<string, string?> check)
    {
        Option<string[]> option = new(name)
        {
            HelpName = valueName,
            Description = description,
            Arity = ArgumentArity.OneOrMore,
            CustomParser = static result => [.. result.Tokens.Select(t => t.Value)],
        };
        Check(option, check);
        return option;
    }

    private static void Check(Option option, Func<string, string?>? check)
    {
        if (check == null) return;
        option.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
                if (check(token.Value) is { } problem) result.AddError($"{option.Name}: {problem}");
        });
    }

    /// <summary>What is not an option, each checked.</summary>
    public static Argument<string[]> Operands(string name, string description, Func<string, string?> check)
    {
        Argument<string[]> argument = new(name)
        {
            Description = description,
            Arity = ArgumentArity.ZeroOrMore,
            CustomParser = static result => [.. result.Tokens.Select(t => t.Value)],
        };
        argument.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
                if (!IsUnknownOption(token.Value) && check(token.Value) is { } problem) result.AddError(problem);
        });
        return argument;
    }

    // the parser takes an option that it does not know for an operand
    private static bool IsUnknownOption(string word) => word.Length > 1 && word[0] == '-';

    /// <summary>Reads the arguments of a subcommand; null, with the exit status, when there is nothing more to do: help was asked for,
    /// or something is wrong.</summary>
    /// <param name="more">What --help says behind the options.</param>
    /// <param name="owner">The program that the subcommand belongs to.</param>
    public static ParseResult? Parse(Command command, string[] args, string more, out int status, string owner = "mtasuite")
    {
        command.Add(new HelpOption("--help", "-h"));
        Command program = new(owner) { command };
        ParseResult result = program.Parse([command.Name, .. args], s_configuration);
        if (result.Action is HelpAction)
        {
            using StringWriter text = new();
            status = result.Invoke(new InvocationConfiguration { Output = text, Error = text });
            Tool.Print($"{text.ToString().TrimEnd()}\n\n{more}");
            return null;
        }
        status = ExitCode.Usage;
        string? unknown = result.UnmatchedTokens.Concat(command.Arguments.SelectMany(a => result.GetResult(a)?.Tokens
            .Select(t => t.Value) ?? [])).FirstOrDefault(IsUnknownOption);
        string? problem = unknown != null ? $"unrecognized option '{unknown}'" : result.Errors.Count > 0 ? result.Errors[0].Message : null;
        if (problem == null) return result;
        Tool.Complain($"fatal: {problem} ({owner} {command.Name} --help names the options)");
        return null;
    }
}
