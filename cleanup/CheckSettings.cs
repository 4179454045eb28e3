using System.Buffers;
using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mime;

namespace MtaSuite.Cleanup;

/// <summary>What to do with a header section that ends without an empty line (non_empty_end_of_header_action).</summary>
internal enum EndOfHeaderAction : byte { FixQuietly, AddHeader, Reject }

/// <summary>What cleanup looks for in content, other than with tables, which belong to <see cref="AddressRewriting"/>.</summary>
internal sealed class CheckSettings
{
    private CheckSettings(MailConfig config)
    {
        RejectedCharacters = Characters(config.Get(CleanupParams.MessageRejectCharacters));
        StrippedCharacters = Characters(config.Get(CleanupParams.MessageStripCharacters));
        EndOfHeader = config.Get(CleanupParams.NonEmptyEndOfHeaderAction) switch
        {
            "add_header" => EndOfHeaderAction.AddHeader,
            "reject" => EndOfHeaderAction.Reject,
            _ => EndOfHeaderAction.FixQuietly,
        };
        bool isDisabled = config.Get(CleanupParams.DisableMimeInputProcessing);
        Converts = config.Get(CleanupParams.ForceMimeInputConversion) && !isDisabled;
        HasBodyTables = config.Get(CleanupParams.BodyChecks).Length > 0;
        Unchecked = new MimeRules
        {
            Nesting = config.Get(CleanupParams.MimeNestingLimit),
            BoundaryLength = config.Get(CleanupParams.MimeBoundaryLengthLimit),
            HeaderSize = config.Get(CleanupParams.HeaderSizeLimit),
            LineLength = config.Get(CleanupParams.LineLengthLimit),
            FindsHiddenParts = true,
            IsDisabled = isDisabled,
        };
        Rules = Unchecked with { Reported = isDisabled ? MimeViolations.None : Violations(config) };
    }

    /// <summary>Null: nothing is looked for, and content is taken as it comes.</summary>
    public static CheckSettings? From(MailConfig config)
    {
        CheckSettings settings = new(config);
        bool hasTables = Array.Exists(s_tables, t => config.Get(t).Length > 0);
        return hasTables || settings.Converts || settings.HasCharacters
            || settings.EndOfHeader != EndOfHeaderAction.FixQuietly || settings.Rules.Reported != MimeViolations.None ? settings : null;
    }

    private static readonly TextParam[] s_tables =
        [CleanupParams.HeaderChecks, CleanupParams.MimeHeaderChecks, CleanupParams.NestedHeaderChecks, CleanupParams.BodyChecks];

    /// <summary>Opens the tables.</summary>
    public static ContentChecks Open(MailConfig config)
    {
        CheckTable Table(TextParam parameter) => CheckTable.Open(parameter.Name, config.Get(parameter));
        return new ContentChecks
        {
            Header = Table(CleanupParams.HeaderChecks),
            MimeHeader = Table(CleanupParams.MimeHeaderChecks),
            NestedHeader = Table(CleanupParams.NestedHeaderChecks),
            Body = Table(CleanupParams.BodyChecks),
            BodyLimit = config.Get(CleanupParams.BodyChecksSizeLimit),
        };
    }

    private static MimeViolations Violations(MailConfig config)
    {
        bool all = config.Get(CleanupParams.Strict8bitmime);
        MimeViolations reported = MimeViolations.None;
        if (all || config.Get(CleanupParams.Strict7bitHeaders)) reported |= MimeViolations.EightBitHeader;
        if (all || config.Get(CleanupParams.Strict8bitmimeBody)) reported |= MimeViolations.EightBitBody;
        if (config.Get(CleanupParams.StrictMimeEncodingDomain)) reported |= MimeViolations.EncodingDomain;
        bool looksAtHeaders = Array.Exists(s_tables, t => t != CleanupParams.BodyChecks && config.Get(t).Length > 0);
        if (reported != MimeViolations.None || looksAtHeaders) reported |= MimeViolations.Nesting;
        if (config.Get(CleanupParams.NonEmptyEndOfHeaderAction) == "reject") reported |= MimeViolations.NonEmptyEndOfHeader;
        return reported;
    }

    public bool HasBodyTables { get; }

    /// <summary>force_mime_input_conversion.</summary>
    public bool Converts { get; }

    public EndOfHeaderAction EndOfHeader { get; }

    /// <summary>Some characters are not wanted.</summary>
    public bool HasCharacters => RejectedCharacters != null || StrippedCharacters != null;

    /// <summary>Null: none. The LF that ends a line is never one.</summary>
    public SearchValues<byte>? RejectedCharacters { get; }

    /// <summary>Null: none. The LF that ends a line is never one.</summary>
    public SearchValues<byte>? StrippedCharacters { get; }

    public MimeRules Rules { get; }

    /// <summary>For messages that are converted alone.</summary>
    public MimeRules Unchecked { get; }

    /// <summary>Characters as they are, or as <see cref="CEscapes"/>; each byte counts by itself.</summary>
    private static SearchValues<byte>? Characters(string text)
    {
        string bytes = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
        List<byte> set = [];
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != '\\') set.Add((byte)bytes[i]);
            else if (i + 1 < bytes.Length) set.Add((byte)CEscapes.Read(bytes, ref i, 0xff));
        }
        set.RemoveAll(b => b == '\n');
        return set.Count == 0 ? null : SearchValues.Create([.. set]);
    }
}
