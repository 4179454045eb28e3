using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Mime;
using MtaSuite.Common.Routing;

namespace MtaSuite.Cleanup;

/// <summary>All rewriting of addresses, and the tables of checks. Several messages may be under way at the same time.</summary>
internal sealed class AddressRewriting
{
    private readonly RoutingCore _core;

    public AddressRewriting(MailConfig config)
    {
        _core = new RoutingCore(config);
        Addresses = new CleanupRewriter(_core);
        Envelopes = new EnvelopeRewriter(config, Addresses);
        Checks = CheckSettings.Open(config);
        MilterFields = CheckTable.Open(MilterParams.MilterHeaderChecks.Name, config.Get(MilterParams.MilterHeaderChecks));
    }

    public CleanupRewriter Addresses { get; }
    public EnvelopeRewriter Envelopes { get; }

    /// <summary>Header and body checks.</summary>
    public ContentChecks Checks { get; }

    /// <summary>milter_header_checks.</summary>
    public CheckTable MilterFields { get; }

    /// <summary>What is wrong with lists and tables, for the log.</summary>
    public IReadOnlyList<string> Problems => [.. _core.Problems, .. Checks.Problems, .. MilterFields.Problems];
}
