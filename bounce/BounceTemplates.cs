using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;

namespace MtaSuite.Bounce;

/// <summary>The four templates of a site, with their names expanded (bounce_template_file; bounce(5)).</summary>
public sealed class BounceTemplates
{
    /// <summary>A file is read up to here.</summary>
    private const int MaxFile = 1024 * 1024;
    private readonly BounceTemplate[] _templates = new BounceTemplate[4];
    private readonly string[] _texts = new string[4];

    /// <summary>What was wrong with the file, for the log; the built-in template serves wherever something was.</summary>
    public IReadOnlyList<string> Warnings { get; }

    private BounceTemplates(string path, ReadOnlySpan<byte> file, NoticeSettings settings, MailConfig config, List<string> warnings)
    {
        Warnings = warnings;
        Dictionary<NoticeKind, BounceTemplate> found = new TemplateParser(path, warnings, settings.ObsoleteFrom).Parse(file);
        TemplateExpander expander = new(settings, config);
        for (NoticeKind kind = NoticeKind.Failure; kind <= NoticeKind.Verify; kind++)
        {
            if (found.TryGetValue(kind, out BounceTemplate? template))
            {
                if (expander.TryExpand(template.Text, out string text, out string? problem))
                {
                    (_templates[(int)kind], _texts[(int)kind]) = (template, text);
                    continue;
                }
                warnings.Add($"{path}: bad $name syntax in the {BounceTemplate.KindName(kind)} template -- this template is ignored: "
                    + $"{problem}");
            }
            _templates[(int)kind] = BounceTemplate.BuiltIn(kind, settings.ObsoleteFrom);
            expander.TryExpand(_templates[(int)kind].Text, out _texts[(int)kind], out _);
        }
    }

    /// <summary>Reads a template file; an empty path means the built-in templates. A file that cannot be read is a warning.</summary>
    public static BounceTemplates Load(string path, NoticeSettings settings, MailConfig config)
    {
        List<string> warnings = [];
        byte[] file = [];
        if (path.Length > 0 && !TryRead(path, out file)) warnings.Add($"bounce_template_file {path}: {Errno.Text()}");
        return new BounceTemplates(path, file, settings, config, warnings);
    }

    private static bool TryRead(string path, out byte[] file)
    {
        file = [];
        using FileDescriptor? opened = FileDescriptor.TryOpen(path, FileIO.O_RDONLY);
        if (opened == null) return false;
        byte[] buffer = new byte[MaxFile];
        int length = 0, n;
        while ((n = FileIO.ReadRetry(opened.Fd, buffer.AsSpan(length))) > 0) length += n;
        if (n == 0) file = buffer[..length];
        return n == 0;
    }

    /// <summary>Reads the bytes of a template file.</summary>
    public static BounceTemplates Parse(string path, ReadOnlySpan<byte> file, NoticeSettings settings, MailConfig config) =>
        new(path, file, settings, config, []);

    public BounceTemplate this[NoticeKind kind] => _templates[(int)kind];

    /// <summary>The text with its names expanded, as bytes in the template's charset, lines ended by LF.</summary>
    public byte[] Text(NoticeKind kind) => Encoding.Latin1.GetBytes(_texts[(int)kind]);

    /// <summary>The templates in the format of a template file (postconf -t).</summary>
    public byte[] Dump()
    {
        StringBuilder dump = new();
        foreach (BounceTemplate template in _templates)
        {
            if (dump.Length > 0) dump.Append('\n');
            dump.Append(BounceTemplate.Name(template.Kind)).Append(" = <<EOF\nCharset: ").Append(template.Charset)
                .Append("\nFrom: ").Append(template.From).Append("\nSubject: ").Append(template.Subject).Append('\n');
            if (template.PostmasterSubject.Length > 0) dump.Append("Postmaster-Subject: ").Append(template.PostmasterSubject).Append('\n');
            dump.Append('\n').Append(template.Text).Append("EOF\n");
        }
        return Encoding.Latin1.GetBytes(dump.ToString());
    }

    /// <summary>The texts with their names expanded (postconf -b).</summary>
    public byte[] DumpExpanded()
    {
        StringBuilder dump = new();
        foreach (BounceTemplate template in _templates)
        {
            if (dump.Length > 0) dump.Append('\n');
            dump.Append("expanded_").Append(BounceTemplate.KindName(template.Kind)).Append("_text = <<EOF\n")
                .Append(_texts[(int)template.Kind]).Append("EOF\n");
        }
        return Encoding.Latin1.GetBytes(dump.ToString());
    }
}
