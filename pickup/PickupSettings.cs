using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Native;
using MtaSuite.Common.Routing;

namespace MtaSuite.Pickup;

/// <summary>pickup's parameters, read once.</summary>
internal sealed class PickupSettings
{
    public PickupSettings(MailConfig config)
    {
        HostName = config.Get(CommonParams.Myhostname);
        VerpDelimiterFilter = config.Get(PickupParams.VerpDelimiterFilter);
        MailName = config.Get(CommonParams.MailName);
        MessageSizeLimit = config.Get(CleanupParams.MessageSizeLimit);
        SubmitUsers = new UserList(config.Get(PickupParams.AuthorizedSubmitUsers));
        Senders = new SenderPermission(config.Get(SmtpdParams.LocalLoginSenderMaps),
            config.Get(SmtpdParams.EmptyAddressLocalLoginSenderMapsLookupKey),
            RecipientDelimiter.From(config));
        foreach (string problem in Senders.Problems) Common.Log.Log.Warning($"{problem}");
        OwnUid = Credentials.GetEUid();
        ContentFilter = config.Get(SmtpdParams.ContentFilter);
        SmtpUtf8 = config.Get(CommonParams.Smtputf8Enable);
        Cleanup = CleanupChoice.OfReceived(config);
    }

    /// <summary>Characters that may be VERP delimiters.</summary>
    public string VerpDelimiterFilter { get; }
    /// <summary>Which senders a user may use.</summary>
    public SenderPermission Senders { get; }
    public string HostName { get; }
    /// <summary>transport:destination that takes all mail first; empty: none.</summary>
    public string ContentFilter { get; }
    public string MailName { get; }
    /// <summary>Bytes of content; 0: no limit.</summary>
    public long MessageSizeLimit { get; }
    public UserList SubmitUsers { get; }
    /// <summary>Addresses beyond ASCII make a message an SMTPUTF8 one: no client says so for local mail.</summary>
    public bool SmtpUtf8 { get; }
    /// <summary>mail_owner's.</summary>
    public uint OwnUid { get; }
    /// <summary>What cleanup does to a local message.</summary>
    public CleanupFlags Cleanup { get; }
}
