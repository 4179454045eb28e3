using MtaSuite.Common.Authentication.Dkim;
using MtaSuite.Common.Config;
using MtaSuite.Common.Config.Params;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Hosting;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;
using MtaSuite.Mailauth.Signing;

namespace MtaSuite.Mailauth;

/// <summary>Brings the service up: tables and keys are read while the process may read everything, then it serves.</summary>
internal sealed class MailauthStartup
{
    private MailauthSettings? _settings;
    private SigningTable? _signing;
    private SigningChoice? _seal;
    private string _sealProblem = "";

    /// <summary>Reads the settings and the keys; what must not be ignored ends the process.</summary>
    public string? Open(ServiceContext context)
    {
        MailauthSettings settings = _settings = new MailauthSettings(context.Config);
        foreach (string problem in settings.Problems) Log.Warning($"{problem}");
        KeyStore keys = new(OwnerOf(context.Config), context.Loop.Time);
        _signing = new SigningTable(Maps.Open(settings.SigningTable), keys, context.Loop.Time);
        _signing.LoadAll();
        SigningKey? seal = settings.SealingKey(out string trouble);
        if (trouble.Length > 0) return trouble;
        if (seal == null) return null;
        if (keys.Find(seal.Path, out _sealProblem) is { } key) _seal = new SigningChoice(seal.Domain, seal.Selector, key);
        return null;
    }

    /// <summary>Whose keys are accepted beside root's.</summary>
    private static uint OwnerOf(MailConfig config)
    {
        if (Credentials.GetEUid() != 0) return Credentials.GetEUid();
        return UserDatabase.Find(config.Get(CommonParams.MailOwner), out Account? account) == 0 && account != null ? account.Uid : 0;
    }

    public IService Start(ServiceContext context)
    {
        DnsResolver resolver = new(context.Loop, DnsOptions.Of(context.Config));
        MailauthService service = new(new MailauthServices
        {
            Loop = context.Loop,
            Settings = _settings!,
            Resolver = resolver,
            PublicKeys = new DnsDkimKeys(resolver, new DkimKeyCache(_settings!.Limits)),
            Signing = _signing!,
            Seal = _seal,
            SealProblem = _sealProblem,
        });
        foreach (int fd in context.Listeners) service.Listen(fd);
        return service;
    }
}
