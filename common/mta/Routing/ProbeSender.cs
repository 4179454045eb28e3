using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Routing;

/// <summary>
/// The envelope sender of address probes (address_verify_sender). With address_verify_sender_ttl its local part ends in a number of the
/// time, so that those who collect addresses collect one that is soon worthless.
/// </summary>
public sealed class ProbeSender
{
    private const string Digits = "0123456789bcdfghjklmnpqrstvwxyz";
    private readonly string _local, _domain;
    private readonly bool _isLocalDomain;
    private readonly long _period;

    public ProbeSender(MailConfig config)
    {
        string address = config.Get(VerifyParams.AddressVerifySender);
        if (address == "<>") address = "";
        _isLocalDomain = !address.Contains('@');
        _domain = _isLocalDomain ? config.Get(CommonParams.Myorigin) : Address.Domain(address).ToString();
        _local = Address.Local(address).ToString();
        _period = (long)config.Get(VerifyParams.AddressVerifySenderTtl).TotalSeconds;
    }

    /// <summary>Probes have the null sender.</summary>
    public bool IsNull => _local.Length == 0;

    /// <summary>The address for a probe sent now; empty for the null sender.</summary>
    public string At(DateTimeOffset now) => IsNull ? "" : $"{_local}{Suffix(now, 0)}@{_domain}";

    /// <summary>
    /// It is an address that our probes have or had until lately. Mail to it is answers to probes, perhaps probes of others.
    /// </summary>
    public bool IsValid(string address, DateTimeOffset now)
    {
        if (IsNull) return false;
        ReadOnlySpan<char> domain = Address.Domain(address);
        if (!(domain.IsEmpty && _isLocalDomain) && !domain.Equals(_domain, StringComparison.OrdinalIgnoreCase)) return false;
        return IsValidLocal(Address.Local(address), now);
    }

    /// <summary>It is a local part that only probes have: mail to it is not read.</summary>
    public bool IsTimed(ReadOnlySpan<char> local, DateTimeOffset now) => !IsNull && _period > 0 && IsValidLocal(local, now);

    private bool IsValidLocal(ReadOnlySpan<char> local, DateTimeOffset now)
    {
        // the clocks of several machines behind one name differ a little
        for (int step = -1; step <= 1; step++)
            if (local.Equals(_local + Suffix(now, step), StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    private string Suffix(DateTimeOffset now, int step)
    {
        if (_period == 0) return "";
        string text = "";
        for (long n = now.ToUnixTimeSeconds() / _period + step; n > 0; n /= Digits.Length) text = Digits[(int)(n % Digits.Length)] + text;
        return text;
    }
}
