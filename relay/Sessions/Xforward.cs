using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Relay.Sessions;

/// <summary>
/// XFORWARD, by which a filter behind a mail server learns who the first one's client was: <c>XFORWARD attribute=value ...</c>, values in
/// xtext, [UNAVAILABLE] for what is not known.
/// </summary>
internal static class Xforward
{
    /// <summary>The command lines, CR LF included, for the attributes that the server takes.</summary>
    public static List<string> Lines(ServerFeatures features, DeliverRequest request)
    {
        List<string> lines = [];
        string address = request.ClientAddress.Contains(':') ? "IPV6:" + request.ClientAddress : request.ClientAddress;
        Add(lines, Attribute(features, ServerFeature.XforwardName, "NAME", request.ClientName)
            + Attribute(features, ServerFeature.XforwardAddress, "ADDR", address)
            + Attribute(features, ServerFeature.XforwardPort, "PORT", request.ClientPort));
        Add(lines, Attribute(features, ServerFeature.XforwardProtocol, "PROTO", request.ClientProtocol)
            + Attribute(features, ServerFeature.XforwardHelo, "HELO", request.ClientHelo)
            + Attribute(features, ServerFeature.XforwardIdent, "IDENT", request.QueueId)
            + Attribute(features, ServerFeature.XforwardDomain, "SOURCE", request.ClientAddress.Length == 0 ? "LOCAL" : "REMOTE"));
        return lines;
    }

    private static void Add(List<string> lines, string attributes)
    {
        if (attributes.Length > 0) lines.Add($"XFORWARD{attributes}\r\n");
    }

    private static string Attribute(ServerFeatures features, ServerFeature feature, string name, string value) =>
        features.Has(feature) ? XforwardAttribute.Text(name, value) : "";
}
