using System.Globalization;

namespace MtaSuite.Common.Config;

/// <summary>What the suite calls itself.</summary>
public static class Product
{
    public const string Name = "MtaSuite";

    /// <summary>The value of <c>mail_version</c>.</summary>
    public const string Version = "0.1.0";

    /// <summary>The value of <c>mail_release_date</c>, YYYYMMDD.</summary>
    public const string ReleaseDate = "20261121";

    /// <summary>The configuration directory where neither <c>-c</c> nor <c>MAIL_CONFIG</c> names another.</summary>
    public const string ConfigDirectory = "/etc/mtasuite";

    internal static string ProcessId(MailConfig config) => Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
}
