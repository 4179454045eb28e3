using System.Text;
using MtaSuite.Common.Mail;

namespace MtaSuite.Bounce;

/// <summary>
/// Reads a template file as bounce(5) describes it:
/// <code>
/// file     = *( comment / blank / template )
/// template = name "_template = &lt;&lt;" word LF *( header LF ) LF *( text LF ) word LF
/// header   = ( "Charset" / "From" / "Subject" / "Postmaster-Subject" ) ":" value
/// </code>
/// An error in a template is a warning, and the built-in one is used instead.
/// </summary>
internal sealed class TemplateParser(string path, List<string> warnings, bool obsoleteFrom)
{
    private readonly Dictionary<NoticeKind, BounceTemplate> _found = [];
    private string[] _lines = [];
    private int _at;

    /// <summary>The good templates of a file's bytes.</summary>
    public Dictionary<NoticeKind, BounceTemplate> Parse(ReadOnlySpan<byte> file)
    {
        _lines = Encoding.Latin1.GetString(file).Split('\n');
        for (_at = 0; _at < _lines.Length; _at++)
        {
            string line = Line();
            if (line.AsSpan().Trim().IsEmpty || line[0] == '#') continue;
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            string value = equals < 0 ? "" : line[(equals + 1)..].Trim();
            if (equals < 0) Warn("no '=' after the name of a template");
            else if (!value.StartsWith("<<", StringComparison.Ordinal) || value.Length == 2)
                Warn("a template starts with \"name = <<EOF\"");
            else ReadTemplate(line[..equals].Trim(), value[2..].Trim());
        }
        return _found;
    }

    private string Line() => _lines[_at].EndsWith('\r') ? _lines[_at][..^1] : _lines[_at];

    private void ReadTemplate(string name, string endMark)
    {
        int start = _at + 1;
        List<string> body = [];
        for (_at++; _at < _lines.Length && Line() != endMark; _at++) body.Add(Line());
        if (_at >= _lines.Length)
        {
            Warn($"the end mark \"{endMark}\" is missing");
            // the empty piece behind the last line feed is no line
            if (body.Count > 0 && body[^1].Length == 0) body.RemoveAt(body.Count - 1);
        }
        for (NoticeKind kind = NoticeKind.Failure; kind <= NoticeKind.Verify; kind++)
        {
            if (name != BounceTemplate.Name(kind)) continue;
            if (TryRead(kind, body, start, out BounceTemplate template)) _found[kind] = template;
            return;
        }
        Warn($"unknown template name \"{name}\" -- this template is ignored");
    }

    private bool TryRead(NoticeKind kind, List<string> body, int start, out BounceTemplate template)
    {
        template = BounceTemplate.BuiltIn(kind, obsoleteFrom);
        int n = 0;
        for (; n < body.Count && TryHeader(body[n], out string name, out string value); n++)
        {
            if (!IsPrintable(value))
            {
                Warn($"\"{name}\" of the {BounceTemplate.KindName(kind)} template holds more than printable ASCII -- this template is "
                    + $"ignored", start + n);
                return false;
            }
            switch (name.ToLowerInvariant())
            {
                case "charset": template = template with { Charset = value }; break;
                case "from": template = template with { From = value }; break;
                case "subject": template = template with { Subject = value }; break;
                case "postmaster-subject": template = template with { PostmasterSubject = value }; break;
                default: Warn($"unknown header \"{name}\" in the {BounceTemplate.KindName(kind)} template is ignored", start + n); break;
            }
        }
        if (n < body.Count && body[n].Length == 0) n++;
        template = template with { Text = string.Concat(body.Skip(n).Select(line => line + "\n")) };
        string problem = Problem(template);
        if (problem.Length > 0) Warn($"{problem} in the {BounceTemplate.KindName(kind)} template -- this template is ignored", start);
        return problem.Length == 0;
    }

    private static string Problem(BounceTemplate template)
    {
        if (template.Text.Length == 0) return "no message text";
        if (template.Text.Contains('\0', StringComparison.Ordinal)) return "a NUL byte";
        if (template.Text.Split('\n').Any(line => line.Length > 990)) return "a line of more than 990 bytes";
        if (template.Charset.Length is 0 or > 40
            || !template.Charset.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '+'))
            return "a bad charset name";
        if (template.Charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase) && !template.IsAscii)
            return "8-bit text without a \"Charset:\" header that allows it";
        return template.From.Length == 0 || template.From.Length + template.Subject.Length > 900 ? "an empty or very long header" : "";
    }

    /// <summary>A header is a name of RFC 5322 field-name characters and a colon; any other line starts the text.</summary>
    private static bool TryHeader(string line, out string name, out string value)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        (name, value) = colon <= 0 ? ("", "") : (line[..colon].TrimEnd(), line[(colon + 1)..].Trim());
        return name.Length > 0 && name.All(c => c is > ' ' and < '\x7f');
    }

    private static bool IsPrintable(string value) => value.All(c => c is (>= ' ' and < '\x7f') or '\t');

    private void Warn(string text, int? line = null) => warnings.Add($"{path}, line {Math.Min((line ?? _at) + 1, _lines.Length)}: {text}");
}
