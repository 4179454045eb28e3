using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Smtp;

/// <summary>An attribute of XFORWARD and XCLIENT (XFORWARD_README): <c>name=value</c>, the value in xtext.</summary>
public static class XforwardAttribute
{
    /// <summary>The value of what is not known.</summary>
    public const string Unavailable = "[UNAVAILABLE]";

    /// <summary>" NAME=value", as it stands behind the verb.</summary>
    /// <param name="value">Empty: not known.</param>
    public static string Text(string name, string value) => $" {name}={(value.Length == 0 ? Unavailable : Xtext.Encode(value))}";
}
