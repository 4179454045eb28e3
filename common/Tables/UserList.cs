using System.Globalization;
using MtaSuite.Common.Config;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Tables;

/// <summary>May a user do something?</summary>
public enum UserPermission : byte
{
    Granted,
    Refused,
    /// <summary>A table or the password database could not be asked.</summary>
    Unknown,
}

/// <summary>
/// A list of users (authorized_submit_users and its like): login names, "type:table" (a name that is found there matches), "/file" with more of the
/// same, "!" in front for the contrary. The first item that matches decides; without one the answer is no. root and mail_owner need no permission:
/// that is the caller's affair. May block on the password database unless everybody is allowed.
/// </summary>
public sealed class UserList : IDisposable
{
    private readonly record struct Item(bool Negated, string Name, Table? Table);

    private readonly List<Item> _items = [];

    /// <param name="value">The parameter's value, expanded.</param>
    public static UserList Open(string value)
    {
        UserList list = new();
        list.Add(value, 0);
        return list;
    }

    /// <summary>Why tables of the list could not be opened.</summary>
    public IEnumerable<string> OpenErrors => _items.Where(i => i.Table?.OpenError != null).Select(i => $"{i.Table!.Spec}: {i.Table.OpenError}");

    /// <summary>Asks for a user id; one without an account has the name "unknown".</summary>
    public UserPermission Check(uint uid, out string name)
    {
        name = uid.ToString(CultureInfo.InvariantCulture);
        // the usual case asks nobody
        if (_items is [{ Negated: false, Table: { } first }, ..] && first.Spec.StartsWith("static:", StringComparison.Ordinal)) return UserPermission.Granted;
        if (Libc.FindAccount(uid, out Account? account) != 0) return UserPermission.Unknown;
        name = account?.Name ?? "unknown";
        return Check(name);
    }

    /// <summary>Asks for a login name.</summary>
    public UserPermission Check(string name)
    {
        foreach (Item item in _items)
        {
            bool matches = name.Equals(item.Name, StringComparison.OrdinalIgnoreCase);
            if (item.Table != null)
            {
                LookupResult result = item.Table.Lookup(name);
                if (result.IsError) return UserPermission.Unknown;
                matches = result.IsFound;
            }
            if (matches) return item.Negated ? UserPermission.Refused : UserPermission.Granted;
        }
        return UserPermission.Refused;
    }

    private void Add(string value, int depth)
    {
        const int deepest = 5;
        foreach (string text in ConfigList.Split(value))
        {
            bool negated = text.StartsWith('!');
            string name = negated ? text.TrimStart('!') : text;
            if (name.StartsWith('/') && depth < deepest && TryRead(name, out string content)) Add(content, depth + 1);
            else _items.Add(new Item(negated, name, name.Contains(':') || name.StartsWith('/') ? TableFactory.Open(name) : null));
        }
    }

    private static bool TryRead(string path, out string content)
    {
        content = "";
        try
        {
            content = string.Join(' ', File.ReadLines(path).Where(l => !l.StartsWith('#')));
            return true;
        }
        // an item that can never be granted, and is an error when asked, takes the file's place
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return false; }
    }

    public void Dispose()
    {
        foreach (Item item in _items) item.Table?.Dispose();
    }
}
