using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Ipc.Messages;

namespace MtaSuite.Common.Ipc;

/// <summary>What cleanup is to do with the mail of a service, by the configuration.</summary>
public static class CleanupChoice
{
    private const CleanupFlags Filters = CleanupFlags.Checks | CleanupFlags.Milters;

    /// <summary>For mail that comes from others: all but what receive_override_options takes away.</summary>
    public static CleanupFlags OfReceived(MailConfig config)
    {
        CleanupFlags flags = CleanupFlags.All;
        foreach (string option in config.GetList(SmtpdParams.ReceiveOverrideOptions))
        {
            flags &= option switch
            {
                "no_address_mappings" => ~(CleanupFlags.Rewrite | CleanupFlags.Aliases | CleanupFlags.Bcc),
                "no_header_body_checks" => ~CleanupFlags.Checks,
                "no_milters" => ~CleanupFlags.Milters,
                _ => ~CleanupFlags.None,
            };
        }
        return flags;
    }

    /// <summary>
    /// For mail of our own making: it is rewritten and aliased, and filtered only where internal_mail_filter_classes has its class.
    /// </summary>
    /// <param name="mailClass">"bounce" or "notify".</param>
    public static CleanupFlags OfInternal(MailConfig config, string mailClass)
    {
        bool isFiltered = config.GetList(CommonParams.InternalMailFilterClasses).Contains(mailClass, StringComparer.OrdinalIgnoreCase);
        return CleanupFlags.Rewrite | CleanupFlags.Aliases | (isFiltered ? Filters : CleanupFlags.None);
    }
}
