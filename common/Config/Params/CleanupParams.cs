namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of the way of a new message into the queue.</summary>
public static class CleanupParams
{
    public static readonly BoolParam AlwaysAddMissingHeaders = new("always_add_missing_headers", "no", doc: "");
    public static readonly TextParam AlwaysBcc = new("always_bcc", "", doc: "");
    public static readonly TextParam BodyChecks = new("body_checks", "", effective: false, doc: "");
    public static readonly IntParam BodyChecksSizeLimit = new("body_checks_size_limit", "51200", effective: false, doc: "");
    public static readonly BoolParam CleanupReplaceStrayCrLf = new("cleanup_replace_stray_cr_lf", "yes", doc: "");
    public static readonly TextParam CleanupServiceName = new("cleanup_service_name", "cleanup", required: true, doc: "");
    public static readonly BoolParam Detect8bitEncodingHeader = new("detect_8bit_encoding_header", "yes", doc: "");
    public static readonly BoolParam DisableMimeInputProcessing = new("disable_mime_input_processing", "no", effective: false, doc: "");
    public static readonly BoolParam DisableMimeOutputConversion = new("disable_mime_output_conversion", "no", effective: false, doc: "");
    public static readonly IntParam DuplicateFilterLimit = new("duplicate_filter_limit", "1000", doc: "");
    public static readonly TextParam EmptyAddressRecipient = new("empty_address_recipient", "MAILER-DAEMON", required: true, doc: "");
    public static readonly BoolParam EnableIdna2003Compatibility = new("enable_idna2003_compatibility", "no", effective: false, doc: "");
    public static readonly BoolParam EnableLongQueueIds = new("enable_long_queue_ids", "yes", effective: false, doc: "");
    public static readonly BoolParam EnableOriginalRecipient = new("enable_original_recipient", "yes", doc: "");
    public static readonly BoolParam ForceMimeInputConversion = new("force_mime_input_conversion", "no", effective: false, doc: "");
    public static readonly IntParam HeaderAddressTokenLimit = new("header_address_token_limit", "10240", min: 1, doc: "");
    public static readonly TextParam HeaderChecks = new("header_checks", "", effective: false, doc: "");
    public static readonly TextParam HeaderFromFormat = new("header_from_format", "standard", words: "standard|obsolete", doc: "");
    public static readonly IntParam HeaderSizeLimit = new("header_size_limit", "102400", min: 1, doc: "");
    public static readonly IntParam HopcountLimit = new("hopcount_limit", "50", min: 1, doc: "");
    public static readonly IntParam LineLengthLimit = new("line_length_limit", "2048", min: 512, doc: "");
    public static readonly TextParam MessageDropHeaders = new("message_drop_headers", "bcc, content-length, resent-bcc, return-path",
        doc: "");
    public static readonly TextParam MessageRejectCharacters = new("message_reject_characters", "", effective: false, doc: "");
    public static readonly LongParam MessageSizeLimit = new("message_size_limit", "10240000", doc: "");
    public static readonly TextParam MessageStripCharacters = new("message_strip_characters", "", effective: false, doc: "");
    public static readonly IntParam MimeBoundaryLengthLimit = new("mime_boundary_length_limit", "2048", min: 1, effective: false, doc: "");
    public static readonly TextParam MimeHeaderChecks = new("mime_header_checks", "$header_checks", effective: false, doc: "");
    public static readonly IntParam MimeNestingLimit = new("mime_nesting_limit", "100", min: 1, effective: false, doc: "");
    public static readonly TextParam NestedHeaderChecks = new("nested_header_checks", "$header_checks", effective: false, doc: "");
    public static readonly TextParam NonEmptyEndOfHeaderAction = new("non_empty_end_of_header_action", "fix_quietly", required: true,
        doc: "");
    public static readonly IntParam QueueFileAttributeCountLimit = new("queue_file_attribute_count_limit", "100", min: 1, doc: "");
    public static readonly TextParam RecipientBccMaps = new("recipient_bcc_maps", "", effective: false, doc: "");
    public static readonly TextParam SenderBccMaps = new("sender_bcc_maps", "", effective: false, doc: "");
    public static readonly BoolParam Strict7bitHeaders = new("strict_7bit_headers", "no", effective: false, doc: "");
    public static readonly BoolParam Strict8bitmime = new("strict_8bitmime", "no", effective: false, doc: "");
    public static readonly BoolParam Strict8bitmimeBody = new("strict_8bitmime_body", "no", effective: false, doc: "");
    public static readonly BoolParam StrictMimeEncodingDomain = new("strict_mime_encoding_domain", "no", effective: false, doc: "");
    public static readonly BoolParam StrictSmtputf8 = new("strict_smtputf8", "no", doc: "");
    public static readonly TextParam UndisclosedRecipientsHeader = new("undisclosed_recipients_header", "", doc: "");

    public static IReadOnlyList<Param> All { get; } =
    [
        AlwaysAddMissingHeaders, AlwaysBcc, BodyChecks, BodyChecksSizeLimit, CleanupReplaceStrayCrLf, CleanupServiceName,
        Detect8bitEncodingHeader, DisableMimeInputProcessing, DisableMimeOutputConversion, DuplicateFilterLimit, EmptyAddressRecipient,
        EnableIdna2003Compatibility, EnableLongQueueIds, EnableOriginalRecipient, ForceMimeInputConversion, HeaderAddressTokenLimit,
        HeaderChecks, HeaderFromFormat, HeaderSizeLimit, HopcountLimit, LineLengthLimit, MessageDropHeaders, MessageRejectCharacters,
        MessageSizeLimit, MessageStripCharacters, MimeBoundaryLengthLimit, MimeHeaderChecks, MimeNestingLimit, NestedHeaderChecks,
        NonEmptyEndOfHeaderAction, QueueFileAttributeCountLimit, RecipientBccMaps, SenderBccMaps, Strict7bitHeaders, Strict8bitmime,
        Strict8bitmimeBody, StrictMimeEncodingDomain, StrictSmtputf8, UndisclosedRecipientsHeader,
    ];
}
