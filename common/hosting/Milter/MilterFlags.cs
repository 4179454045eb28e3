namespace MtaSuite.Common.Milter;

/// <summary>What a mail server says to a milter (SMFIC_*): the first byte of a packet.</summary>
public enum MilterCommand : byte
{
    Abort = (byte)'A',
    Body = (byte)'B',
    Connect = (byte)'C',
    /// <summary>Macros for the command that follows.</summary>
    Macro = (byte)'D',
    EndOfMessage = (byte)'E',
    Helo = (byte)'H',
    /// <summary>The session is over; another one follows on the same connection.</summary>
    QuitAndReuse = (byte)'K',
    Header = (byte)'L',
    Mail = (byte)'M',
    EndOfHeader = (byte)'N',
    Negotiate = (byte)'O',
    Quit = (byte)'Q',
    Rcpt = (byte)'R',
    Data = (byte)'T',
    /// <summary>A command that the server does not know.</summary>
    Unknown = (byte)'U',
}

/// <summary>What a milter answers (SMFIR_*): the first byte of a packet.</summary>
public enum MilterReply : byte
{
    AddRecipient = (byte)'+',
    DeleteRecipient = (byte)'-',
    /// <summary>With ESMTP arguments.</summary>
    AddRecipientWithArguments = (byte)'2',
    /// <summary>421, and the client is disconnected.</summary>
    Shutdown = (byte)'4',
    Accept = (byte)'a',
    ReplaceBody = (byte)'b',
    Continue = (byte)'c',
    Discard = (byte)'d',
    ChangeSender = (byte)'e',
    AddHeader = (byte)'h',
    InsertHeader = (byte)'i',
    ChangeHeader = (byte)'m',
    Negotiate = (byte)'O',
    /// <summary>Still at work: the wait begins anew.</summary>
    Progress = (byte)'p',
    Quarantine = (byte)'q',
    Reject = (byte)'r',
    /// <summary>No more events of this kind for this message.</summary>
    Skip = (byte)'s',
    TemporaryFailure = (byte)'t',
    /// <summary>A refusal with a text of the milter's own.</summary>
    ReplyCode = (byte)'y',
}

/// <summary>What a milter may ask for at the end of a message (SMFIF_*).</summary>
[Flags]
public enum MilterActions : uint
{
    None = 0,
    AddHeaders = 1,
    ReplaceBody = 2,
    AddRecipients = 4,
    DeleteRecipients = 8,
    ChangeHeaders = 0x10,
    Quarantine = 0x20,
    ChangeSender = 0x40,
    AddRecipientsWithArguments = 0x80,
    /// <summary>It names the macros that it wants.</summary>
    SetMacroLists = 0x100,
    All = 0x1ff,
}

/// <summary>Which events a milter gets, and which it answers (SMFIP_*).</summary>
[Flags]
public enum MilterSteps : uint
{
    None = 0,
    NoConnect = 1,
    NoHelo = 2,
    NoMail = 4,
    NoRcpt = 8,
    NoBody = 0x10,
    NoHeaders = 0x20,
    NoEndOfHeader = 0x40,
    NoReplyToHeader = 0x80,
    NoUnknown = 0x100,
    NoData = 0x200,
    /// <summary>The server understands <see cref="MilterReply.Skip"/>.</summary>
    Skip = 0x400,
    /// <summary>The milter wants to hear of recipients that were refused.</summary>
    RefusedRecipients = 0x800,
    NoReplyToConnect = 0x1000,
    NoReplyToHelo = 0x2000,
    NoReplyToMail = 0x4000,
    NoReplyToRcpt = 0x8000,
    NoReplyToData = 0x10000,
    NoReplyToUnknown = 0x20000,
    NoReplyToEndOfHeader = 0x40000,
    NoReplyToBody = 0x80000,
    /// <summary>Values of header fields are passed on with the space at their front.</summary>
    HeaderLeadingSpace = 0x100000,

    Version2 = NoConnect | NoHelo | NoMail | NoRcpt | NoBody | NoHeaders | NoEndOfHeader,
    Version3 = Version2 | NoUnknown,
    Version4 = Version3 | NoData,
    /// <summary>Events that a milter, or a version of the protocol, does not have.</summary>
    NoEvents = Version4,
    Version6 = 0x1fffff,
}

/// <summary>Which steps belong to a command.</summary>
public static class MilterCommands
{
    /// <summary>The step that says that a milter does not answer the command; None: there is none.</summary>
    public static MilterSteps SilentStep(this MilterCommand command) => command switch
    {
        MilterCommand.Connect => MilterSteps.NoReplyToConnect,
        MilterCommand.Helo => MilterSteps.NoReplyToHelo,
        MilterCommand.Mail => MilterSteps.NoReplyToMail,
        MilterCommand.Rcpt => MilterSteps.NoReplyToRcpt,
        MilterCommand.Data => MilterSteps.NoReplyToData,
        MilterCommand.Header => MilterSteps.NoReplyToHeader,
        MilterCommand.EndOfHeader => MilterSteps.NoReplyToEndOfHeader,
        MilterCommand.Body => MilterSteps.NoReplyToBody,
        MilterCommand.Unknown => MilterSteps.NoReplyToUnknown,
        _ => MilterSteps.None,
    };
}

/// <summary>The events that macros can be asked for (SMFIM_*).</summary>
public enum MacroStage : uint { Connect, Helo, Mail, Rcpt, Data, EndOfMessage, EndOfHeader }

/// <summary>The kind of address of a client (SMFIA_*).</summary>
public enum MilterFamily : byte { Unknown = (byte)'U', Unix = (byte)'L', Inet = (byte)'4', Inet6 = (byte)'6' }
