namespace MtaSuite.Common.Tables;

/// <summary>What a lookup can end in.</summary>
public enum LookupStatus : byte { NotFound = 0, Found = 1, Error = 2 }

/// <summary>
/// The answer of a table: a value, a definite "not found", or an error. An error is always temporary (the table may be repaired any moment)
/// and is never to be read as "not found": mail would bounce because a file could not be read.
/// </summary>
public readonly struct LookupResult
{
    private readonly string? _text;

    private LookupResult(LookupStatus status, string? text)
    {
        Status = status;
        _text = text;
    }

    public static LookupResult NotFound => default;
    public static LookupResult Found(string value) => new(LookupStatus.Found, value);
    public static LookupResult Error(string text) => new(LookupStatus.Error, text);

    public LookupStatus Status { get; }
    public bool IsFound => Status == LookupStatus.Found;
    public bool IsNotFound => Status == LookupStatus.NotFound;
    public bool IsError => Status == LookupStatus.Error;

    /// <summary>The value found; empty when there is none.</summary>
    public string Value => IsFound ? _text! : "";

    /// <summary>What went wrong, for the log; empty when nothing did. Not for peers: it may name files.</summary>
    public string ErrorText => IsError ? _text! : "";

    public override string ToString() => Status switch
    {
        LookupStatus.Found => "found: " + _text,
        LookupStatus.Error => "error: " + _text,
        _ => "not found",
    };
}
