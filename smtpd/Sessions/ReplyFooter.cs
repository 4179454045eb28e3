using MtaSuite.Common.Config;
using MtaSuite.Common.Log;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Sessions;

/// <summary>smtpd_reject_footer: more lines behind a refusal.</summary>
internal static class ReplyFooter
{
    /// <summary>
    /// Adds the template's lines ("\n" between them, each with code and status); "\c" at its start joins the first one to the reply's
    /// last. A template that cannot be expanded adds nothing.
    /// </summary>
    public static SmtpReply Append(SmtpReply reply, string template, SmtpSession session)
    {
        bool joins = template.StartsWith("\\c", StringComparison.Ordinal);
        string rest = (joins ? template[2..] : template).Replace("\\n", "\n", StringComparison.Ordinal);
        string allowed = session.Settings.Access.Dns.ReplyCharacters;
        MacroValue Name(string name) => new(ReplyNames.Harmless(ReplyNames.Value(name, session), allowed), Literal: true);
        string expanded = MacroExpander.Expand(rest, Name, out string? problem);
        if (problem is null) return reply with { Text = $"{reply.Text}{(joins ? "" : "\n")}{expanded}" };
        Log.Warning($"bad reply footer: {problem}");
        return reply;
    }
}
