using MtaSuite.Common.Dns.Wire;
using MtaSuite.Common.Native;

namespace MtaSuite.Common.Dns;

/// <summary>How one exchange with one server ended.</summary>
internal enum ExchangeStatus : byte
{
    Answered,
    /// <summary>Nothing came in time.</summary>
    TimedOut,
    /// <summary>The server cannot be reached, or hung up.</summary>
    Unreachable,
    /// <summary>Our question was answered with something unreadable.</summary>
    Malformed,
    /// <summary>Many answers to other questions: somebody may be guessing ids. Ask by TCP.</summary>
    Suspicious,
}

/// <summary>The result of an exchange. <see cref="Response"/> is there when answered.</summary>
internal readonly record struct ExchangeResult(ExchangeStatus Status, DnsResponse? Response = null);

/// <summary>One question on its way to one server.</summary>
internal sealed record Question(string Name, DnsType Type, ushort Id, byte[] Bytes)
{
    /// <summary>A question that can be sent, or null for a name that has no wire form. The ID cannot be guessed (RFC 5452 9.2).</summary>
    public static Question? Make(string name, DnsType type, bool edns, bool dnssec)
    {
        Span<byte> buffer = stackalloc byte[DnsQuery.MaxLength];
        Span<byte> id = stackalloc byte[2];
        KernelRandom.Fill(id);
        ushort number = (ushort)(id[0] << 8 | id[1]);
        int length = DnsQuery.Write(buffer, number, name, type, edns, dnssec);
        return length == 0 ? null : new Question(name, type, number, buffer[..length].ToArray());
    }

    /// <summary>What a message is to this question: null when it is something else, or an answer that may be malformed.</summary>
    public ExchangeResult? Match(ReadOnlySpan<byte> message)
    {
        DnsResponse? response = DnsResponse.ReadHead(message, out int position, out bool hasQuestion);
        if (response is null)
        {
            // less than a header is not an answer: two guessed bytes must not end the wait
            bool isOurs = message.Length >= DnsResponse.HeaderLength && (message[0] << 8 | message[1]) == Id && message[2] >= 0x80;
            return isOurs ? new ExchangeResult(ExchangeStatus.Malformed) : null;
        }
        if (response.Id != Id) return null;
        // A refusal of the whole message may come without the question.
        bool same = hasQuestion
            ? response.QuestionType == Type && response.QuestionName.Equals(Name, StringComparison.OrdinalIgnoreCase)
            : response.Rcode is not (DnsRcode.NoError or DnsRcode.NameError);
        if (!same) return null;
        if (!response.IsTruncated && !response.TryReadRecords(message, position)) return new ExchangeResult(ExchangeStatus.Malformed);
        return new ExchangeResult(ExchangeStatus.Answered, response);
    }
}
