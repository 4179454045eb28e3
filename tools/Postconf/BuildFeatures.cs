using MtaSuite.Common.Native;

namespace MtaSuite.Tools.Postconf;

/// <summary>What was built in: the lists behind <c>-m -l -a -A -T</c>.</summary>
internal static class BuildFeatures
{
    /// <summary>The ways to lock a mailbox file.</summary>
    public static readonly string[] LockTypes = ["flock", "fcntl", "dotlock"];

    public static readonly string[] SaslServerTypes = ["builtin", "dovecot", "ldap"];
    public static readonly string[] SaslClientTypes = ["builtin"];

    public static void Show(IEnumerable<string> lines, PostconfOutput output)
    {
        foreach (string line in lines) output.Result.WriteLine(line);
    }

    /// <summary>One of the facts about TLS. 1: there is no such fact.</summary>
    public static int ShowTls(string mode, PostconfOutput output)
    {
        switch (mode)
        {
            case "compile-version" or "run-version":
                output.Result.WriteLine(OpenSsl.Version());
                return 0;
            case "public-key-algorithms":
                Show(["rsa", "dsa", "ecdsa", "ed25519", "ed448"], output);
                return 0;
            default:
                output.Warning($"unknown 'postconf -T' mode: {mode}");
                return 1;
        }
    }
}
