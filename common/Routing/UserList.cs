using System.Globalization;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Routing;

/// <summary>
/// A list of users (authorized_submit_users and its like), as <see cref="MatchList"/> reads lists of names. root and mail_owner need no
/// permission: that is the caller's affair. May block on the password database, unless the list begins with a table that holds everybody.
/// </summary>
/// <param name="value">The parameter's value, expanded.</param>
public sealed class UserList(string value) : IDisposable
{
    private readonly MatchList _names = new(value, MatchStyle.Names);
    private readonly bool _everybody = value.StartsWith("static:", StringComparison.Ordinal);

    /// <summary>What is wrong with the list, for the log.</summary>
    public IEnumerable<string> Problems => _names.Problems;

    /// <summary>
    /// Asks for a user id; <paramref name="name"/> is its login name, "unknown" for one without an account, the number where nobody had to
    /// be asked.
    /// </summary>
    public MatchResult Match(uint uid, out string name)
    {
        name = uid.ToString(CultureInfo.InvariantCulture);
        if (_everybody) return MatchResult.Yes;
        if (Libc.FindAccount(uid, out Account? account) != 0) return MatchResult.Error;
        name = account?.Name ?? "unknown";
        return _names.Match(name);
    }

    public void Dispose() => _names.Dispose();
}
