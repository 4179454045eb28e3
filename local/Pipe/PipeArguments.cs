using System.Globalization;
using MtaSuite.Common.Config;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Mail;

namespace MtaSuite.Local.Pipe;

/// <summary>
/// Expands the arguments of a pipe service. An argument that names something of a recipient becomes one argument for each recipient; one
/// that expands to nothing keeps its place. Values are never searched for further names.
/// </summary>
internal static class PipeArguments
{
    private static readonly HashSet<string> s_perRecipient = ["recipient", "original_recipient", "user", "extension", "mailbox", "domain"];

    /// <summary>The argument vector; null with the problem when master.cf names something unknown.</summary>
    public static List<string>? Expand(PipeSettings settings, DeliverRequest request, out string? problem)
    {
        List<string> result = [];
        problem = null;
        foreach (string argument in settings.Command)
        {
            bool perRecipient = NamesRecipient(argument, ref problem);
            if (problem != null) return null;
            int copies = perRecipient ? request.Recipients.Count : 1;
            for (int i = 0; i < copies; i++)
            {
                DeliverRecipient recipient = request.Recipients[i];
                result.Add(MacroExpander.Expand(argument, name => new MacroValue(ValueOf(name, settings, request, recipient), true),
                    out problem));
                if (problem != null) return null;
            }
        }
        return result;
    }

    private static bool NamesRecipient(string argument, ref string? problem)
    {
        bool found = false;
        string? unknown = null;
        MacroValue Probe(string name)
        {
            if (s_perRecipient.Contains(name)) found = true;
            else if (!IsKnown(name)) unknown ??= name;
            return new MacroValue("x", true);
        }
        _ = MacroExpander.Expand(argument, Probe, out problem);
        if (unknown != null) problem ??= $"unknown macro name: \"{unknown}\"";
        return found;
    }

    private static bool IsKnown(string name) => name is "nexthop" or "sender" or "size" or "queue_id" or "envid" or "body"
        or "client_address" or "client_hostname" or "client_port" or "client_protocol" or "client_helo" or "sasl_method" or "sasl_username"
        or "sasl_sender";

    private static string ValueOf(string name, PipeSettings settings, DeliverRequest request, DeliverRecipient recipient)
    {
        bool foldDomain = (settings.Addresses & PipeAddressFlags.FoldDomain) != 0;
        return name switch
        {
            "recipient" => Format(recipient.Address, settings.Addresses),
            "original_recipient" => Format(recipient.Original.Length > 0 ? recipient.Original : recipient.Address, settings.Addresses),
            "user" or "extension" or "mailbox" or "domain" => Part(name, settings, recipient.Address),
            "sender" => Sender(settings, request),
            "nexthop" => foldDomain ? request.Nexthop.ToLowerInvariant() : request.Nexthop,
            "size" => request.Content.Length.ToString(CultureInfo.InvariantCulture),
            "queue_id" => request.QueueId,
            "envid" => request.EnvelopeId,
            "body" => request.Body switch { BodyType.SevenBit => "7BIT", BodyType.EightBitMime => "8BITMIME", _ => "" },
            "client_address" => request.ClientAddress,
            "client_hostname" => request.ClientName,
            "client_port" => request.ClientPort,
            "client_protocol" => request.ClientProtocol,
            "client_helo" => request.ClientHelo,
            "sasl_username" => request.SaslLogin,
            "sasl_method" => request.SaslMethod,
            "sasl_sender" => request.SaslSender,
            _ => "",
        };
    }

    private static string Sender(PipeSettings settings, DeliverRequest request)
    {
        string sender = request.Sender.Length > 0 ? request.Sender : settings.NullSender;
        return (settings.Addresses & PipeAddressFlags.Quote) != 0 ? Address.Quote822(sender) : sender;
    }

    /// <summary>An address quoted and folded as the flags say.</summary>
    private static string Format(string address, PipeAddressFlags flags)
    {
        string text = (flags & PipeAddressFlags.Quote) != 0 ? Address.Quote822(address) : address;
        int at = text.LastIndexOf('@');
        string local = at < 0 ? text : text[..at], domain = at < 0 ? "" : text[at..];
        if ((flags & PipeAddressFlags.FoldUser) != 0) local = local.ToLowerInvariant();
        if ((flags & PipeAddressFlags.FoldDomain) != 0) domain = domain.ToLowerInvariant();
        return local + domain;
    }

    private static string Part(string name, PipeSettings settings, string address)
    {
        string folded = Format(address, settings.Addresses & ~PipeAddressFlags.Quote);
        Address.Split(folded, out ReadOnlySpan<char> local, out ReadOnlySpan<char> domain);
        if (name == "domain") return domain.ToString();
        if (name == "mailbox") return local.ToString();
        Address.SplitExtension(local, settings.RecipientDelimiter, out ReadOnlySpan<char> user, out ReadOnlySpan<char> extension);
        return name == "user" ? user.ToString() : extension.ToString();
    }
}
