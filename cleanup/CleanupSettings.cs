using System.Text;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;

namespace MtaSuite.Cleanup;

/// <summary>What cleanup reads from the configuration, once.</summary>
internal sealed class CleanupSettings(MailConfig config)
{
    public readonly long MessageSizeLimit = config.Get(CleanupParams.MessageSizeLimit);
    public readonly int HeaderSizeLimit = config.Get(CleanupParams.HeaderSizeLimit);
    public readonly int HeaderTokenLimit = config.Get(CleanupParams.HeaderAddressTokenLimit);
    public readonly int HopCountLimit = config.Get(CleanupParams.HopcountLimit);
    public readonly bool AlwaysAddMissingHeaders = config.Get(CleanupParams.AlwaysAddMissingHeaders);
    public readonly bool ReplaceStrayCr = config.Get(CleanupParams.CleanupReplaceStrayCrLf);
    public readonly string UndisclosedRecipients = config.Get(CleanupParams.UndisclosedRecipientsHeader);
    private readonly byte[][] _dropHeaders =
        [.. MailConfig.SplitList(config.Get(CleanupParams.MessageDropHeaders)).Select(Encoding.ASCII.GetBytes)];
    public readonly TimeSpan InFlowDelay = config.Get(CommonParams.InFlowDelay);
    public readonly string MyHostname = config.Get(CommonParams.Myhostname);
    /// <summary>A "TLS-Required: no" header means something.</summary>
    public readonly bool TakesTlsRequired = config.Get(TlsParams.TlsRequiredEnable);
    /// <summary>REQUIRETLS is kept in a header field for programs that do not support it.</summary>
    public readonly bool KeepsRequireTls = config.Get(TlsParams.RequiretlsEnable) && config.Get(TlsParams.RequiretlsEsmtpHeader);
    public readonly bool DetectsEightBit = config.Get(CleanupParams.Detect8bitEncodingHeader);
    public readonly bool SmtpUtf8 = config.Get(CommonParams.Smtputf8Enable);
    public readonly string MyOrigin = config.Get(CommonParams.Myorigin);

    /// <summary>message_drop_headers names this header.</summary>
    public bool DropsHeader(ReadOnlySpan<byte> name)
    {
        foreach (byte[] drop in _dropHeaders)
            if (Ascii.EqualsIgnoreCase(name, drop)) return true;
        return false;
    }
}
