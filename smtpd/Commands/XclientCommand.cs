using System.Net;
using MtaSuite.Common.Dns;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Smtpd.Commands;

/// <summary>
/// XCLIENT 1*( SP attribute-name "=" attribute-value ): an authorized client says on whose behalf it speaks. The session starts again
/// with the greeting, as if that client had connected.
/// </summary>
internal static class XclientCommand
{
    private const int MaxNameLength = 255;
    private static readonly SmtpReply s_syntax = SmtpReply.Parse("501 5.5.4 Syntax: XCLIENT attribute=value...");

    public static async ValueTask<bool> ExecuteAsync(SmtpSession s, ReadOnlyMemory<byte> arguments)
    {
        if (!Execute(s, arguments.Span)) return false;
        await s.Rights.FindAgainAsync(s.Settings, s.Client);
        return true;
    }

    private static bool Execute(SmtpSession s, ReadOnlySpan<byte> arguments)
    {
        if (arguments.IsEmpty) return s.Refuse(s_syntax);
        if (!s.Rights.Xclient) return s.Refuse(Replies.NotAuthorized);
        Claims claims = new(s.Client);
        SmtpReply error;
        while (ClientAttribute.TryTake(ref arguments, out ClientAttribute attribute, out error))
            if (!claims.Take(attribute)) return s.Refuse(AttributeValues.Bad("XCLIENT", attribute));
        if (!error.IsNone) return s.Refuse(error);
        s.Client = claims.Client;
        s.EndTransaction();
        s.Helo = claims.Helo ?? "";
        s.IsExtended = claims.IsExtended;
        s.LoggedIn("XCLIENT", claims.Login ?? "");
        s.Restart();
        return true;
    }

    /// <summary>What the attributes say, checked one by one.</summary>
    private sealed class Claims(ClientInfo client)
    {
        public ClientInfo Client { get; private set; } = client;
        public string? Helo { get; private set; }
        public bool IsExtended { get; private set; }
        public string? Login { get; private set; }

        public bool Take(ClientAttribute a) => a.Name switch
        {
            ClientAttributeName.Name => Name(a, verified: true),
            ClientAttributeName.ReverseName => Name(a, verified: false),
            ClientAttributeName.Addr => AttributeValues.TryAddress(a, out IPAddress? address) && Set(Client with { Ip = address }),
            ClientAttributeName.Port => AttributeValues.TryPort(a, out int port) && Set(Client with { PortNumber = port }),
            ClientAttributeName.Helo => HeloName(a),
            ClientAttributeName.Proto => Proto(a),
            ClientAttributeName.Login => LoginName(a),
            ClientAttributeName.DestAddr =>
                AttributeValues.TryAddress(a, out IPAddress? server)
                && Set(Client with { ServerAddress = server?.ToString() ?? ClientInfo.Unknown }),
            ClientAttributeName.DestPort =>
                AttributeValues.TryPort(a, out int serverPort) && Set(Client with { ServerPort = AttributeValues.Text(serverPort) }),
            _ => false,
        };

        private bool Set(ClientInfo client)
        {
            Client = client;
            return true;
        }

        private bool Name(ClientAttribute a, bool verified)
        {
            bool unknown = a.IsUnavailable || a.IsTemporarilyUnavailable;
            if (!unknown && !HostName.IsValid(a.Value)) return false;
            string name = unknown ? ClientInfo.Unknown : a.Value;
            NameStatus status = !unknown ? NameStatus.Ok : a.IsTemporarilyUnavailable ? NameStatus.Temporary : NameStatus.Unknown;
            if (!verified) return Set(Client with { ReverseName = name, ReverseStatus = status });
            ClientInfo named = Client with { Name = name, NameStatus = status, IsNamed = true };
            return Set(unknown ? named : named with { ReverseName = name, ReverseStatus = status });
        }

        private bool HeloName(ClientAttribute a)
        {
            if (a.Value.Length > MaxNameLength) return false;
            Helo = a.IsUnavailable ? "" : HeloCommand.Harmless(a.Value);
            return true;
        }

        private bool Proto(ClientAttribute a)
        {
            IsExtended = a.Value.Equals("ESMTP", StringComparison.OrdinalIgnoreCase);
            return IsExtended || a.Value.Equals("SMTP", StringComparison.OrdinalIgnoreCase);
        }

        private bool LoginName(ClientAttribute a)
        {
            Login = a.IsUnavailable ? "" : a.Value;
            return true;
        }
    }
}
