using System.Text;

namespace MtaSuite.Common.Log;

/// <summary>How lines about sessions and messages end.</summary>
public static class EnvelopeTail
{
    /// <summary>
    /// Appends what is known of <c> from=&lt;sender&gt; to=&lt;recipient&gt; proto=ESMTP helo=&lt;name&gt;</c>. Null: not known; the
    /// protocol and the name of HELO are left out where they are empty, too.
    /// </summary>
    public static StringBuilder AppendEnvelope(this StringBuilder line, string? sender, string? recipient, string? protocol, string? helo)
    {
        if (sender is not null) line.Append(" from=<").Append(LogLine.Form(sender)).Append('>');
        if (recipient is not null) line.Append(" to=<").Append(LogLine.Form(recipient)).Append('>');
        if (protocol is { Length: > 0 }) line.Append(" proto=").Append(protocol);
        return helo is { Length: > 0 } ? line.Append(" helo=<").Append(helo).Append('>') : line;
    }
}
