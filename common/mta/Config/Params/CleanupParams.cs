namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of the way of a new message into the queue.</summary>
public static class CleanupParams
{
    public static readonly BoolParam AlwaysAddMissingHeaders = new("always_add_missing_headers", "no",
        doc: "Complete the headers of all mail, not only of local clients.");
    public static readonly TextParam AlwaysBcc = new("always_bcc", "", doc: "Address that gets a copy of every message.");
    public static readonly TextParam BodyChecks = new("body_checks", "",
        doc: "Tables of patterns for body lines, with what to do on a match, see HEADER_CHECKS.md.");
    public static readonly IntParam BodyChecksSizeLimit = new("body_checks_size_limit", "51200",
        doc: "How many bytes of each body or part body_checks look at; 0 is all.");
    public static readonly BoolParam CleanupReplaceStrayCrLf = new("cleanup_replace_stray_cr_lf", "yes",
        doc: "Turn carriage returns and line feeds that do not end a line into spaces.");
    public static readonly TextParam CleanupServiceName = new("cleanup_service_name", "cleanup", required: true,
        doc: "Service that puts new messages into the queue.");
    public static readonly BoolParam Detect8bitEncodingHeader = new("detect_8bit_encoding_header", "yes",
        doc: "Note in the queue that content is 8-bit where a header says so.");
    public static readonly BoolParam DisableMimeInputProcessing = new("disable_mime_input_processing", "no",
        doc: "Do not look at the MIME structure of incoming mail.");
    public static readonly BoolParam DisableMimeOutputConversion = new("disable_mime_output_conversion", "no",
        doc: "Do not turn 8-bit content into 7-bit for servers that need it.");
    public static readonly IntParam DuplicateFilterLimit = new("duplicate_filter_limit", "1000",
        doc: "Recipients remembered to deliver to each only once.");
    public static readonly TextParam EmptyAddressRecipient = new("empty_address_recipient", "MAILER-DAEMON", required: true,
        doc: "Who gets mail addressed to the empty address.");
    public static readonly BoolParam EnableIdna2003Compatibility = new("enable_idna2003_compatibility", "no", effective: false,
        doc: "Encode domain names by the rules of IDNA 2003.");
    public static readonly BoolParam EnableLongQueueIds = new("enable_long_queue_ids", "yes", effective: false,
        doc: "Use queue ids that do not repeat; they are the only ones here.");
    public static readonly BoolParam EnableOriginalRecipient = new("enable_original_recipient", "yes",
        doc: "Record the recipient as it was before aliases (X-Original-To).");
    public static readonly BoolParam ForceMimeInputConversion = new("force_mime_input_conversion", "no",
        doc: "Turn 8-bit content into 7-bit when mail comes in, before it is signed.");
    public static readonly IntParam HeaderAddressTokenLimit = new("header_address_token_limit", "10240", min: 1,
        doc: "Tokens read of an address header; the rest stays as it is.");
    public static readonly TextParam HeaderChecks = new("header_checks", "",
        doc: "Tables of patterns for header fields, with what to do on a match, see HEADER_CHECKS.md.");
    public static readonly TextParam HeaderFromFormat = new("header_from_format", "standard", words: "standard|obsolete",
        doc: "Form of a From: line that is made up: address with name, or address and comment.");
    public static readonly IntParam HeaderSizeLimit = new("header_size_limit", "102400", min: 1,
        doc: "Bytes of one header line; the rest is cut off.");
    public static readonly IntParam HopcountLimit = new("hopcount_limit", "50", min: 1,
        doc: "Received: lines after which mail is taken to be in a loop.");
    public static readonly IntParam LineLengthLimit = new("line_length_limit", "2048", min: 512,
        doc: "Bytes of an input line; longer ones are cut and put together later.");
    public static readonly TextParam MessageDropHeaders = new("message_drop_headers", "bcc, content-length, resent-bcc, return-path",
        doc: "Headers that are removed from incoming mail.");
    public static readonly TextParam MessageRejectCharacters = new("message_reject_characters", "",
        doc: "Characters that make a message refused; \\nnn is a byte in octal.");
    public static readonly LongParam MessageSizeLimit = new("message_size_limit", "10240000",
        doc: "Largest message in bytes, headers included; 0 is no limit.");
    public static readonly TextParam MessageStripCharacters = new("message_strip_characters", "",
        doc: "Characters that are removed from messages; \\nnn is a byte in octal.");
    public static readonly IntParam MimeBoundaryLengthLimit = new("mime_boundary_length_limit", "2048", min: 1,
        doc: "Bytes of a MIME boundary that are compared.");
    public static readonly TextParam MimeHeaderChecks = new("mime_header_checks", "$header_checks",
        doc: "As header_checks, for Content-...: and MIME-Version:, and all fields of MIME parts.");
    public static readonly IntParam MimeNestingLimit = new("mime_nesting_limit", "100", min: 1,
        doc: "Levels of MIME parts within parts.");
    public static readonly TextParam NestedHeaderChecks = new("nested_header_checks", "$header_checks",
        doc: "As header_checks, for the headers of attached messages.");
    public static readonly TextParam NonEmptyEndOfHeaderAction =
        new("non_empty_end_of_header_action", "fix_quietly", required: true, words: "fix_quietly|add_header|reject",
        doc: "What to do with headers that end without an empty line.");
    public static readonly IntParam QueueFileAttributeCountLimit = new("queue_file_attribute_count_limit", "100", min: 1, effective: false,
        doc: "Attributes in a queue file.");
    public static readonly TextParam RecipientBccMaps = new("recipient_bcc_maps", "",
        doc: "Table that adds a hidden recipient for a recipient.");
    public static readonly TextParam SenderBccMaps = new("sender_bcc_maps", "",
        doc: "Table that adds a hidden recipient for a sender.");
    public static readonly BoolParam Strict7bitHeaders = new("strict_7bit_headers", "no",
        doc: "Refuse 8-bit text in headers.");
    public static readonly BoolParam Strict8bitmime = new("strict_8bitmime", "no",
        doc: "Refuse 8-bit text in headers and in bodies that do not declare it.");
    public static readonly BoolParam Strict8bitmimeBody = new("strict_8bitmime_body", "no",
        doc: "Refuse 8-bit bodies that do not declare it.");
    public static readonly BoolParam StrictMimeEncodingDomain = new("strict_mime_encoding_domain", "no",
        doc: "Refuse encodings that MIME forbids for messages and multiparts.");
    public static readonly BoolParam StrictSmtputf8 = new("strict_smtputf8", "no",
        doc: "Demand SMTPUTF8 of clients that send UTF-8 addresses.");
    public static readonly TextParam UndisclosedRecipientsHeader = new("undisclosed_recipients_header", "",
        doc: "Header line that mail without recipients in its headers gets.");

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
