using System.Globalization;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Routing;

/// <summary>
/// A list of users (authorized_submit_users and its like), as <see cref="MatchList"/> reads lists of names. root and mail_owner need no
/// permission: that is the caller's affair. The password database is asked beside the loop.
/// </summary>
/// <param name="value">The parameter's value, expanded.</param>
public sealed class UserList(string value) : IDisposable
{
    private readonly MatchList _names = new(value, MatchStyle.Names);
    private readonly BlockingQuestions _accounts = new("accounts", threads: 2);
    private readonly bool _everybody = value.StartsWith("static:", StringComparison.Ordinal);

    /// <summary>What is wrong with the list, for the log.</summary>
    public IEnumerable<string> Problems => _names.Problems;

    /// <summary>
    /// Asks for a user id. The name is its login name, "unknown" for one without an account, the number where no lookup was needed.
    /// </summary>
    public async ValueTask<(MatchResult Match, string Name)> MatchAsync(uint uid)
    {
        string number = uid.ToString(CultureInfo.InvariantCulture);
        if (_everybody) return (MatchResult.Yes, number);
        (int error, Account? account) = await _accounts.AskAsync(uid, static uid => (UserDatabase.Find(uid, out Account? found), found));
        if (error != 0) return (MatchResult.Error, number);
        string name = account?.Name ?? "unknown";
        return (await _names.MatchAsync(name), name);
    }

    public void Dispose() => _names.Dispose();
}
