using System.Security.Cryptography;
using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Net;
using MtaSuite.Mailauth.Signing;

namespace MtaSuite.Mailauth;

/// <summary>What all sessions share.</summary>
internal sealed class MailauthServices
{
    public required EventLoop Loop { get; init; }
    public required MailauthSettings Settings { get; init; }
    public required DnsResolver Resolver { get; init; }
    /// <summary>Public keys, from the DNS.</summary>
    public required IDkimKeys PublicKeys { get; init; }
    public required SigningTable Signing { get; init; }
    /// <summary>The key that seals; null: mail is not sealed.</summary>
    public SigningChoice? Seal { get; init; }
    /// <summary>Why mail that is to be sealed cannot be; empty: it can, or need not.</summary>
    public string SealProblem { get; init; } = "";

    public DateTimeOffset Now => Loop.Time.GetUtcNow();

    /// <summary>A number from 0 to 99, which no sender can guess.</summary>
    public Func<int> Draw { get; init; } = () => RandomNumberGenerator.GetInt32(100);
}
