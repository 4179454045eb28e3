using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Local.Expansion;
using MtaSuite.Local.Mailboxes;
using MtaSuite.Local.Rights;

namespace MtaSuite.Local;

/// <summary>
/// Final delivery to users of this machine: aliases, .forward files, mailboxes, commands. Synchronous, for dedicated threads (a thread
/// changes its file identity meanwhile); one instance serves all of them.
/// </summary>
public sealed class LocalDelivery
{
    /// <param name="transport">The name of this service in master.cf: addresses that route to it are expanded here.</param>
    public LocalDelivery(LocalSettings settings, ILocalServices services, string transport = "local")
    {
        Settings = settings;
        Services = services;
        Transport = transport;
        Accounts = new Accounts(settings.Clock);
        AliasTables aliases = new(settings.AliasMaps);
        ListOwners = new ListOwners(settings, aliases, services);
        AliasExpansion = new AliasExpansion(settings, aliases, ListOwners);
        ForwardFiles = new ForwardFiles(settings, Accounts);
        IncludeFiles = new IncludeFiles(settings);
        Maildirs = new MaildirDelivery(settings.Clock, settings.MailboxSizeLimit);
        Mboxes = new MboxDelivery(settings.Locking, settings.Clock, settings.MailboxSizeLimit);
    }

    internal LocalSettings Settings { get; }
    internal ILocalServices Services { get; }
    internal string Transport { get; }
    internal Accounts Accounts { get; }
    internal ListOwners ListOwners { get; }
    internal AliasExpansion AliasExpansion { get; }
    internal ForwardFiles ForwardFiles { get; }
    internal IncludeFiles IncludeFiles { get; }
    internal MaildirDelivery Maildirs { get; }
    internal MboxDelivery Mboxes { get; }

    /// <summary>
    /// Delivers to one recipient. The outcome is for the whole recipient: temporary when any part of it has to be tried again (all of it
    /// will be), permanent when a part failed for good. <see cref="DeliveryJob.Steps"/> has the parts.
    /// </summary>
    public RecipientOutcome Deliver(DeliveryJob job) => RecipientDelivery.Run(this, job);
}
