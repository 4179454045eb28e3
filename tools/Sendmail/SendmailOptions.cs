using System.Text;
using MtaSuite.Common.Mail;
using MtaSuite.Tools.Shared;

namespace MtaSuite.Tools.Sendmail;

/// <summary>What sendmail is asked to do.</summary>
internal enum SendmailMode { Submit, Smtp, Daemon, Queue, Aliases, Flush, FlushId, FlushSite, Nothing }

/// <summary>
/// The command line of sendmail, which is older than getopt: "-bs", "-oi", "-q30m" and "-o x value" are all in use. Options of other
/// sendmails that have no meaning here are taken and passed over.
/// </summary>
internal sealed class SendmailOptions
{
    /// <summary>Letters that take a value, joined or as the next word.</summary>
    private const string WithValue = "ABCFLNORVXcefhopr";
    private const string Flags = "GIUaimntvx";

    public SendmailMode Mode { get; private set; } = SendmailMode.Submit;
    public string? ConfigDirectory { get; private set; }
    /// <summary>-f; null: the login name.</summary>
    public string? Sender { get; private set; }
    public string? FullName { get; private set; }
    public bool ExtractRecipients { get; private set; }
    public bool IgnoreDots { get; private set; }
    public bool Gateway { get; private set; }
    public MessageFlags Flag { get; private set; }
    public int Verbosity { get; private set; }
    public BodyType Body { get; private set; }
    public Notify Notify { get; private set; }
    public DsnReturn Return { get; private set; }
    public string EnvelopeId { get; private set; } = "";
    /// <summary>-XV: the delimiters, empty for the default ones; null: no VERP.</summary>
    public string? VerpDelimiters { get; private set; }
    /// <summary>-oA; empty: those of the configuration.</summary>
    public string AliasDatabase { get; private set; } = "";
    /// <summary>The queue id or site of -qI and -qR.</summary>
    public string QueueArgument { get; private set; } = "";
    public List<string> Operands { get; } = [];
    /// <summary>What is wrong with the command line; null: nothing.</summary>
    public string? Problem { get; private set; }

    private bool _hasInterval;

    public static SendmailOptions Parse(string[] args)
    {
        SendmailOptions o = new();
        for (int i = 0; i < args.Length && o.Problem == null; i++)
        {
            string word = args[i];
            if (word == "--")
            {
                o.Operands.AddRange(args[(i + 1)..]);
                break;
            }
            if (word.Length < 2 || word[0] != '-') o.Operands.Add(word);
            else o.Word(args, ref i);
        }
        // only the daemon of other sendmails heeds an interval; here qmgr has its own
        if (o._hasInterval && o.Mode != SendmailMode.Daemon) o.Mode = SendmailMode.Nothing;
        return o;
    }

    /// <summary>One word of joined options.</summary>
    private void Word(string[] args, ref int i)
    {
        string word = args[i];
        for (int at = 1; at < word.Length; at++)
        {
            char letter = word[at];
            string rest = word[(at + 1)..];
            if (letter == 'q')
            {
                Queue(rest);
                return;
            }
            if (letter == 'b')
            {
                SetMode(rest);
                return;
            }
            if (WithValue.Contains(letter))
            {
                string? value = rest.Length > 0 ? rest : ++i < args.Length ? args[i] : null;
                if (value == null) Problem = $"option requires an argument -- '{letter}'";
                // "-o x value" of sendmail 8: a lone option letter that has a value behind it
                else if (letter == 'o' && rest.Length == 0 && value.Length == 1 && !"im78".Contains(value[0])) i++;
                else Take(letter, value);
                return;
            }
            if (!Flags.Contains(letter))
            {
                Problem = $"invalid option -- '{letter}'";
                return;
            }
            TakeFlag(letter);
        }
    }

    private void TakeFlag(char letter)
    {
        switch (letter)
        {
            case 't': ExtractRecipients = true; break;
            case 'i': IgnoreDots = true; break;
            case 'G': Gateway = true; break;
            case 'I': Mode = SendmailMode.Aliases; break;
            case 'v':
                Verbosity++;
                Flag |= MessageFlags.Trace;
                break;
        }
    }

    private void SetMode(string mode)
    {
        switch (mode)
        {
            case "m": break;
            case "s": Mode = SendmailMode.Smtp; break;
            case "d" or "l" or "D": Mode = SendmailMode.Daemon; break;
            case "p": Mode = SendmailMode.Queue; break;
            case "i": Mode = SendmailMode.Aliases; break;
            case "h" or "H": Mode = SendmailMode.Nothing; break;
            case "v": Flag |= MessageFlags.VerifyOnly; break;
            default: Problem = $"unsupported: -b{mode}"; break;
        }
    }

    private void Queue(string rest)
    {
        if (rest.Length == 0) Mode = SendmailMode.Flush;
        else if (char.IsAsciiDigit(rest[0])) _hasInterval = true;
        else if (rest.Length == 1) Problem = "-qI, -qR and -qS need an argument";
        else if (rest[0] == 'I') (Mode, QueueArgument) = (SendmailMode.FlushId, rest[1..]);
        else if (rest[0] == 'R') (Mode, QueueArgument) = (SendmailMode.FlushSite, rest[1..]);
        else Problem = $"-q{rest[0]} is not implemented";
    }

    private void Take(char letter, string value)
    {
        switch (letter)
        {
            case 'C' or 'c': ConfigDirectory = value; break;
            case 'F': FullName = value; break;
            case 'f' or 'r': Sender = value; break;
            case 'B' when value.Equals("7BIT", StringComparison.OrdinalIgnoreCase): Body = BodyType.SevenBit; break;
            case 'B' when value.Equals("8BITMIME", StringComparison.OrdinalIgnoreCase): Body = BodyType.EightBitMime; break;
            case 'B': Problem = "specify -B option with 7BIT or 8BITMIME"; break;
            case 'N':
                if (DsnParameters.TryParseNotify(Encoding.UTF8.GetBytes(value), out Notify notify)) Notify = notify;
                else Tool.Warning($"bad -N option value \"{value}\" -- ignored");
                break;
            case 'R':
                if (DsnParameters.TryParseReturn(Encoding.UTF8.GetBytes(value), out DsnReturn returned)) Return = returned;
                else Tool.Warning($"bad -R option value \"{value}\" -- ignored");
                break;
            case 'V' when value.Length == 2: TakeOldVerp(value); break;
            case 'V': TakeEnvelopeId(value); break;
            case 'O' when value.StartsWith("requiretls=",
                StringComparison.OrdinalIgnoreCase):
                TakeRequireTls(value["requiretls=".Length..]); break;
            case 'X' when value.StartsWith('V'): VerpDelimiters = value[1..]; break;
            case 'X': Problem = $"unsupported: -X{value[0]}"; break;
            case 'o' when value[0] == 'i': IgnoreDots = true; break;
            case 'o' when value[0] == 'A' && value.Length > 1: AliasDatabase = value[1..]; break;
        }
    }

    private void TakeRequireTls(string value)
    {
        if (value.Equals("yes", StringComparison.OrdinalIgnoreCase)) Flag |= MessageFlags.RequireTls;
        else if (value.Equals("no", StringComparison.OrdinalIgnoreCase)) Flag &= ~MessageFlags.RequireTls;
        else Problem = $"bad -O requiretls value \"{value}\"";
    }

    /// <summary>
    /// Before DSN came -V was what -XV is now; two characters are the delimiters still, so that no envelope id has that length.
    /// </summary>
    private void TakeOldVerp(string value)
    {
        Tool.Warning($"-V{value} is taken for -XV{value}: -V is for envelope ids, which have more than two characters here");
        VerpDelimiters = value;
    }

    /// <summary>RFC 3461 4.4: printable ASCII, at most 100 characters once encoded.</summary>
    private void TakeEnvelopeId(string value)
    {
        if (value.Length > DsnParameters.MaxEnvelopeIdLength) Tool.Warning("too long -V option value -- ignored");
        else if (value.AsSpan().ContainsAnyExceptInRange(' ', '~')) Tool.Warning("bad syntax in -V option value -- ignored");
        else EnvelopeId = value;
    }
}
