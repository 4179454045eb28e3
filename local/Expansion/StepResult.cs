namespace MtaSuite.Local.Expansion;

/// <summary>What one step of a delivery came to. Of several together the greatest counts.</summary>
internal enum StepResult : byte
{
    /// <summary>It is not for this step (no such alias, no .forward file, no such user): the next one is tried.</summary>
    NotApplicable,
    /// <summary>Nothing has to be tried again: delivered, failed for good, or done before.</summary>
    Done,
    /// <summary>It has to be tried again later.</summary>
    Retry,
}

internal static class StepResults
{
    /// <summary>Both together.</summary>
    public static StepResult With(this StepResult one, StepResult other) => one > other ? one : other;
}

/// <summary>What something in an alias, .forward file or list expands to.</summary>
/// <param name="Result">Where there is nothing to expand to: what the step came to.</param>
/// <param name="Branch">On whose behalf the destinations are delivered to; null: there is nothing to expand to.</param>
/// <param name="Destinations">The destinations, or what they are read from.</param>
internal readonly record struct Expanded<T>(StepResult Result, Branch? Branch = null, T? Destinations = null) where T : class;
