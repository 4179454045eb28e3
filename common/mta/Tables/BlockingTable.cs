namespace MtaSuite.Common.Tables;

/// <summary>
/// A table whose lookups block in a library or in the system, perhaps for long: a lock that a writer holds, a name service in the network.
/// Each table has threads of its own for them, so that one that is stuck holds up only those who ask it.
/// </summary>
/// <param name="threads">So many lookups at a time.</param>
public abstract class BlockingTable(string spec, TableOptions options, int threads) : Table(spec, options)
{
    private readonly BlockingQuestions _questions = new($"table {spec}", threads);

    /// <summary>The answers turned out to be at hand: nothing is asked beside the loop.</summary>
    protected bool AnswersAtOnce { get; init; }

    protected sealed override ValueTask<LookupResult> FindAsync(string key) =>
        AnswersAtOnce || Options.InPlace ? new(Find(key)) : _questions.AskAsync((Table: this, key), static s => s.Table.Find(s.key));

    /// <summary>Looks up a key that is folded already. On any thread.</summary>
    protected abstract LookupResult Find(string key);
}
