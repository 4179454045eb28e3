using MtaSuite.Common.Native;

namespace MtaSuite.Tools.Sendmail;

/// <summary>Who runs the command: the login name and the person's name of the password database.</summary>
internal sealed record UserIdentity(uint Uid, string Login, string Gecos)
{
    /// <summary>Null when the user id has no account.</summary>
    public static UserIdentity? OfProcess()
    {
        uint uid = Credentials.GetUid();
        return UserDatabase.Find(uid, out Account? account) == 0
            && account != null ? new UserIdentity(uid, account.Name, account.Gecos) : null;
    }

    /// <summary>NAME of the environment, else the first part of the comment field, in which "&amp;" stands for the login name.</summary>
    public string FullName
    {
        get
        {
            string? name = Environment.GetEnvironmentVariable("NAME");
            if (!string.IsNullOrEmpty(name)) return name;
            string first = Gecos.Split(',')[0];
            return Login.Length == 0 ? first : first.Replace("&", char.ToUpperInvariant(Login[0]) + Login[1..], StringComparison.Ordinal);
        }
    }
}
