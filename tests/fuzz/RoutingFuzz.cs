using System.Text;
using MtaSuite.Common.Routing;
using MtaSuite.Tests.Unit.Routing;

namespace MtaSuite.Tests.Fuzz;

/// <summary>Any text as an address: rewriting and resolving come to an end, and doing them again changes nothing.</summary>
public static class RoutingFuzz
{
    private static readonly RoutingCore s_core = RoutingFor.With("""
        append_dot_mydomain = yes
        virtual_alias_domains = alias.test
        relay_domains = relay.test
        virtual_alias_maps = inline:{{a@alias.test=b@alias.test, a@b} @b.example.com=@alias.test}
        canonical_maps = inline:{a=b b=c}
        """);
    private static readonly AddressResolver s_resolver = new(s_core);
    private static readonly CleanupRewriter s_cleanup = new(s_core);

    public static void One(ReadOnlySpan<byte> input)
    {
        if (!System.Text.Unicode.Utf8.IsValid(input)) return;
        string text = Encoding.UTF8.GetString(input);
        string once = s_core.Rewriter.Rewrite(text, RewriteContext.Local);
        Route route = s_resolver.Resolve("", text);
        if (route.Status == RouteStatus.TemporaryFailure) throw new InvalidOperationException("no table here can fail");
        List<string> expanded = [];
        // the aliases above have a loop in them: that ends in a refusal with the recipient alone
        Expansion expansion = s_cleanup.ExpandRecipient(text, expanded);
        bool sound = expansion.Failure is null ? expanded.Count is > 0 and <= 1001 : expanded.Count == 1
            && expanded[0] == expansion.Recipient;
        if (!sound) throw new InvalidOperationException("expansion");
        if (!route.IsOk) return;
        Route again = s_resolver.Resolve("", route.Recipient);
        // what resolved to a remote place never turns out local, nor the reverse: relay control decides on the first answer
        if (again.Class != route.Class || again.Transport != route.Transport) throw new InvalidOperationException($"{route} then {again}");
        string twice = s_core.Rewriter.Rewrite(once, RewriteContext.Local);
        if (text.IndexOfAny(['"', '\\', '[', ' ', '@', '!', '.', ':']) < 0 && twice != once)
            throw new InvalidOperationException($"{once} then {twice}");
    }
}

public sealed class RoutingFuzzTests
{
    [Test]
    public void Routing_comes_to_an_end() =>
        FuzzRunner.Run(RoutingFuzz.One, 3, "ab@@@%!!..\"\\[] :mx.example.comalias.testrelay.test"u8, 50);
}
