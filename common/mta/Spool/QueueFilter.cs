using System.Text.RegularExpressions;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Spool;

/// <summary>
/// Which messages are meant: every part that is set must fit. Addresses fit whole, as "@domain", or as a name without domain, in any case
/// of letters. The status expression is applied to each recipient's reason; it runs without back-tracking, so that no expression is slow.
/// </summary>
public sealed class QueueFilter
{
    public string From = "";
    public string To = "";
    /// <summary>A recipient's domain; ".example.com" means those below it.</summary>
    public string Domain = "";
    /// <summary>Seconds; 0: not asked.</summary>
    public long OlderThan;
    public long NewerThan;
    /// <summary>Names of queues; empty: all.</summary>
    public List<string> Queues = [];
    /// <summary>Ids of messages; empty: all.</summary>
    public List<string> Ids = [];
    public string Status = "";
    private Regex? _status;

    public bool IsEmpty =>
        From.Length + To.Length + Domain.Length + Status.Length + Queues.Count + Ids.Count == 0 && OlderThan == 0 && NewerThan == 0;

    /// <summary>An error text when the filter makes no sense.</summary>
    public string? Check()
    {
        try
        {
            if (Status.Length > 0)
                _status = new Regex(Status, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
            return null;
        }
        catch (ArgumentException e) { return $"bad regular expression \"{Status}\": {e.Message}"; }
        catch (NotSupportedException) { return $"bad regular expression \"{Status}\": back references and look-around are not supported"; }
    }

    /// <summary>Fits as far as the envelope tells; <see cref="FitsReasons"/> is asked once the reasons are known.</summary>
    public bool Fits(QueueEntry entry, long nowMicroseconds)
    {
        long age = (nowMicroseconds - entry.ArrivalMicroseconds) / 1_000_000;
        if (OlderThan > 0 && age < OlderThan) return false;
        if (NewerThan > 0 && age > NewerThan) return false;
        if (Queues.Count > 0 && !Queues.Contains(entry.QueueName)) return false;
        if (From.Length > 0 && !IsAddress(entry.Sender, From)) return false;
        if (To.Length > 0 && !entry.Recipients.Exists(r => IsAddress(r.Address, To))) return false;
        return Domain.Length == 0 || entry.Recipients.Exists(r => IsDomain(Common.Mail.Address.Domain(r.Address)));
    }

    /// <summary>Fits with its reasons filled in.</summary>
    public bool FitsReasons(QueueEntry entry)
    {
        if (Status.Length == 0) return true;
        if (_status == null && Check() != null) return false;
        return _status!.IsMatch(entry.Reason) || entry.Recipients.Exists(r => _status.IsMatch(r.Reason));
    }

    private bool IsDomain(ReadOnlySpan<char> domain) => Domain[0] == '.'
        ? domain.EndsWith(Domain, StringComparison.OrdinalIgnoreCase) : domain.Equals(Domain, StringComparison.OrdinalIgnoreCase);

    private static bool IsAddress(string address, string pattern)
    {
        if (pattern == "<>") return address.Length == 0;
        if (pattern.StartsWith('@')) return address.EndsWith(pattern, StringComparison.OrdinalIgnoreCase);
        ReadOnlySpan<char> compared = pattern.Contains('@') ? address : Common.Mail.Address.Local(address);
        return compared.Equals(pattern, StringComparison.OrdinalIgnoreCase);
    }
}
