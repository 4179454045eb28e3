using System.Net;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Commands;

/// <summary>
/// XFORWARD 1*( SP attribute-name "=" attribute-value ): an authorized upstream server names its client, for the log of the next message.
/// </summary>
internal static class XforwardCommand
{
    private static readonly SmtpReply s_syntax = SmtpReply.Parse("501 5.5.4 Syntax: XFORWARD attribute=value...");

    public static ValueTask<bool> ExecuteAsync(SmtpSession s, ReadOnlyMemory<byte> arguments) =>
        ValueTask.FromResult(Execute(s, arguments.Span));

    private static bool Execute(SmtpSession s, ReadOnlySpan<byte> arguments)
    {
        if (arguments.IsEmpty) return s.Refuse(s_syntax);
        if (!s.Rights.Xforward) return s.Refuse(Replies.NotAuthorized);
        ForwardedClient client = s.Forwarded ?? new ForwardedClient { LogPort = s.Settings.ClientPortLogging };
        SmtpReply error;
        while (ClientAttribute.TryTake(ref arguments, out ClientAttribute attribute, out error))
            if (!Take(client, attribute)) return s.Refuse(AttributeValues.Bad("XFORWARD", attribute));
        if (!error.IsNone) return s.Refuse(error);
        s.Forwarded = client;
        s.Reply("250 2.0.0 Ok\r\n"u8);
        return true;
    }

    private static bool Take(ForwardedClient client, ClientAttribute a)
    {
        client.HasClient |= a.Name is ClientAttributeName.Name or ClientAttributeName.Addr or ClientAttributeName.Port
            or ClientAttributeName.Proto or ClientAttributeName.Helo;
        string text = a.IsUnavailable ? "" : HeloCommand.Harmless(a.Value);
        switch (a.Name)
        {
            case ClientAttributeName.Name:
                client.Name = a.IsUnavailable ? ClientInfo.Unknown : text;
                return a.IsUnavailable || HostName.HasValidLabels(text);
            case ClientAttributeName.Addr:
                if (!AttributeValues.TryAddress(a, out IPAddress? address)) return false;
                client.Address = AttributeValues.Text(address);
                return true;
            case ClientAttributeName.Port:
                if (!AttributeValues.TryPort(a, out int port)) return false;
                client.Port = AttributeValues.Text(port);
                return true;
            case ClientAttributeName.Proto:
                client.Protocol = a.IsUnavailable ? ClientInfo.Unknown : text;
                return text.Length <= 64;
            case ClientAttributeName.Helo:
                client.Helo = text;
                return true;
            case ClientAttributeName.Ident:
                client.Ident = text;
                return true;
            case ClientAttributeName.Domain or ClientAttributeName.Source:
                client.LocalDomain = a.IsUnavailable || a.Value.Equals("LOCAL", StringComparison.OrdinalIgnoreCase);
                return client.LocalDomain.Value || a.Value.Equals("REMOTE", StringComparison.OrdinalIgnoreCase);
            default:
                return false;
        }
    }
}
