using MtaSuite.Common.Config;

namespace MtaSuite.Tests.Unit.Config;

public class MacroExpanderTests
{
    private static readonly Dictionary<string, string> Values = new()
    {
        ["a"] = "1",
        ["b"] = "$a$a",
        ["empty"] = "",
        ["host"] = "mx.example.com",
        ["raw"] = "$later",
        ["loop"] = "x$loop",
        ["double"] = "$double$double",
        ["holds_nothing"] = "$empty",
    };

    private static string Expand(string text, out string? problem) =>
        MacroExpander.Expand(text, name => new(Values.GetValueOrDefault(name), name == "raw"), out problem);

    [TestCase("plain", "plain")]
    [TestCase("$a $b ${b} $(b)x", "1 11 11 11x")]
    [TestCase("$$a $unknown.", "$a .")]
    [TestCase("${a?yes}${a:no}${unknown?yes}${unknown:no}", "yesno")]
    [TestCase("${a?{y}:{n}}${empty?{y}:{n}}${unknown?{y}:n}", "ynn")]
    [TestCase("${holds_nothing?{y}:{n}}", "y")] // the unexpanded value counts
    [TestCase("${a?x:y}", "x:y")] // without braces there is no else
    [TestCase("${{$a} == {1} ? {eq} : {ne}}${{$a}!={1}?{ne}:{eq}}", "eqeq")]
    [TestCase("${{9} < {10}?{n}:{s}} ${{9x} < {10}?{n}:{s}}", "n s")]
    [TestCase("${{3.11} >=level {3.6}?{new}:{old}}", "new")]
    [TestCase("$raw", "$later")]
    [TestCase("${domain_to_ascii{$host}} ${domain_to_ascii{bücher.example}}", "mx.example.com xn--bcher-kva.example")]
    public void Names_are_replaced(string text, string expected)
    {
        Assert.That(Expand(text, out string? problem), Is.EqualTo(expected));
        Assert.That(problem, Is.Null);
    }

    [TestCase("${a", "a closing \"}\" is missing: \"${a\"")]
    [TestCase("$(a", "a closing \")\" is missing: \"$(a\"")]
    [TestCase("x$", "a name is missing after \"$\": \"x$\"")]
    [TestCase("${}", "a name is missing after \"$\": \"${}\"")]
    [TestCase("${a-b}", "not a name: \"a-b\"")]
    [TestCase("${a?{x} y}", "\":\" expected before \"y\"")]
    [TestCase("${a?{x}:{y} z}", "unexpected text: \"z\"")]
    [TestCase("${{a} ~ {b}}", "a comparison expected before \"~ {b}\"")]
    [TestCase("${{a} ==x {b}}", "unknown comparison \"==x\"")]
    [TestCase("${{a} == b}", "\"{\" expected before \"b\"")]
    [TestCase("${{x} <level {1}}", "not a compatibility level: \"x\"")]
    [TestCase("${nosuch{a}}", "unknown function \"nosuch\"")]
    [TestCase("$loop", "names refer to each other without end: \"x$loop\"")]
    [TestCase("$double", "names refer to each other without end: \"$double$double\"")]
    public void Bad_text_is_a_problem(string text, string expected)
    {
        Expand(text, out string? problem);
        Assert.That(problem, Is.EqualTo(expected));
    }

    [Test]
    public void Doubling_names_are_stopped_before_they_fill_the_memory()
    {
        var values = Enumerable.Range(0, 60).ToDictionary(i => $"v{i}", i => i == 59 ? "0123456789" : $"$v{i + 1}$v{i + 1}");
        string result = MacroExpander.Expand("$v0", name => new(values[name], false), out string? problem);
        Assert.That(problem, Is.EqualTo("the expansion is unreasonably large"));
        Assert.That(result.Length, Is.LessThan(2_000_000));
    }

    [Test]
    public void All_names_of_all_branches_are_found()
    {
        List<string> names = MacroExpander.NamesIn("$a ${b?{$c}:{$d}} ${{$e} == {$f}?{$g}:$h} ${i:$j} $$k", out string? problem);
        Assert.That(names, Is.EqualTo("a b c d e f g h i j".Split(' ')));
        Assert.That(problem, Is.Null);
    }
}
