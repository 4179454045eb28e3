namespace MtaSuite.Smtpd.Sessions;

/// <summary>Where a session stands, as far as commands depend on it.</summary>
[Flags]
internal enum SessionState : byte
{
    /// <summary>No mail transaction.</summary>
    Idle = 1,
    /// <summary>MAIL was accepted, no recipient yet.</summary>
    Mail = 2,
    /// <summary>At least one recipient.</summary>
    Rcpt = 4,
    /// <summary>Between the chunks of BDAT.</summary>
    Receiving = 8,
    /// <summary>A chunk was refused: more are skipped until the last one, or RSET.</summary>
    Failed = 16,

    Any = Idle | Mail | Rcpt | Receiving | Failed,
}
