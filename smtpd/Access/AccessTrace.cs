
namespace MtaSuite.Smtpd.Access;

/// <summary>One restriction that was asked, or a list that was entered, in the order in which that happened.</summary>
internal sealed class AccessEvent
{
    /// <summary>1 within a parameter's list; more within a class or an entry of an access table.</summary>
    public required int Depth { get; init; }
    /// <summary>The parameter, class or table entry that holds the list.</summary>
    public required string List { get; init; }
    /// <summary>The restriction with its argument; empty: the list itself, which holds nothing.</summary>
    public required string Restriction { get; init; }
    public Verdict Verdict { get; set; }
    /// <summary>What was found on the way: entries of tables, deferrals kept for later, refusals that are warnings only.</summary>
    public List<string> Notes { get; } = [];
}

/// <summary>A server that a restriction asks.</summary>
/// <param name="List">The parameter or class that the restriction stands in.</param>
internal sealed record AskedServer(string Kind, string Name, string List);

/// <summary>What a judgement was made of, for those who ask why (postaccess). Sessions have none.</summary>
internal sealed class AccessTrace
{
    private readonly Stack<AccessEvent> _open = [];
    private List<AccessEvent> _events = [];
    private List<AskedServer> _asked = [];

    /// <summary>A restriction is asked now; its verdict is set later.</summary>
    public AccessEvent Begin(int depth, string list, string restriction)
    {
        AccessEvent one = new() { Depth = depth, List = list, Restriction = restriction };
        _events.Add(one);
        if (restriction.Length > 0) _open.Push(one);
        return one;
    }

    public void End(AccessEvent one, Verdict verdict)
    {
        one.Verdict = verdict;
        _ = _open.TryPop(out _);
    }

    /// <summary>Belongs to the restriction that is being asked.</summary>
    public void Note(string text)
    {
        if (_open.TryPeek(out AccessEvent? one)) one.Notes.Add(text);
    }

    /// <summary>The restriction that is being asked leaves the decision to a server.</summary>
    public void Asks(string kind, string name) =>
        _asked.Add(new AskedServer(kind, name, _open.TryPeek(out AccessEvent? one) ? one.List : ""));

    /// <summary>The servers that were to be asked since the last time.</summary>
    public List<AskedServer> TakeAsked()
    {
        List<AskedServer> taken = _asked;
        _asked = [];
        return taken;
    }

    /// <summary>Everything since the last time.</summary>
    public List<AccessEvent> Take()
    {
        List<AccessEvent> taken = _events;
        _events = [];
        _open.Clear();
        return taken;
    }
}
