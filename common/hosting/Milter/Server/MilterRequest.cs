using System.Buffers.Binary;
using System.Text;

namespace MtaSuite.Common.Milter.Server;

/// <summary>
/// One command of a server, as a milter reads it:
/// <code>
/// connect     = name NUL family [port:u16 address NUL]
/// helo, unknown = text NUL
/// mail, rcpt  = path NUL *( argument NUL )
/// header      = name NUL value NUL
/// macro       = command:u8 *( name NUL value NUL )
/// body        = content;  end of message = [content]
/// </code>
/// </summary>
public readonly ref struct MilterRequest
{
    public MilterCommand Command { get; private init; }

    /// <summary>Of a client's address.</summary>
    public MilterFamily Family { get; private init; }

    public int Port { get; private init; }

    /// <summary>The command that macros are for.</summary>
    public MilterCommand MacrosFor { get; private init; }

    /// <summary>The texts one behind the other, each with its NUL; for connect name and address; content as it is.</summary>
    public ReadOnlySpan<byte> Data { get; private init; }

    private ReadOnlySpan<byte> Address { get; init; }

    /// <summary>The address of a client.</summary>
    public string ClientAddress => Encoding.UTF8.GetString(Address);

    /// <summary>The texts: a path and its arguments, a field's name and value, names and values of macros, a client's name.</summary>
    public List<string> Texts()
    {
        List<string> texts = [];
        ReadOnlySpan<byte> rest = Data;
        while (MilterResponse.TryText(ref rest, out ReadOnlySpan<byte> text, out _)) texts.Add(Encoding.UTF8.GetString(text));
        return texts;
    }

    /// <summary>Reads the data of a packet; false, with what is wrong.</summary>
    public static bool TryParse(byte code, ReadOnlySpan<byte> data, out MilterRequest request, out string error)
    {
        MilterCommand command = (MilterCommand)code;
        request = new MilterRequest { Command = command, Data = data };
        error = "";
        switch (command)
        {
            case MilterCommand.Abort or MilterCommand.Quit or MilterCommand.QuitAndReuse or MilterCommand.Data or MilterCommand.EndOfHeader:
                if (data.Length > 0) error = $"command {command} was followed by {data.Length} data bytes";
                return data.IsEmpty;
            case MilterCommand.Body or MilterCommand.EndOfMessage or MilterCommand.Negotiate:
                return true;
            case MilterCommand.Helo or MilterCommand.Unknown:
                return Has(data, least: 1, most: 1, out error);
            case MilterCommand.Header:
                return Has(data, least: 2, most: 2, out error);
            case MilterCommand.Mail or MilterCommand.Rcpt:
                return Has(data, least: 1, most: int.MaxValue, out error);
            case MilterCommand.Macro:
                return TryMacros(data, out request, out error);
            case MilterCommand.Connect:
                return TryConnect(data, out request, out error);
            default:
                error = $"unknown command 0x{code:x2}";
                return false;
        }
    }

    private static bool Has(ReadOnlySpan<byte> data, int least, int most, out string error)
    {
        int count = data.Count((byte)0);
        error = data.IsEmpty || data[^1] != 0 ? "missing string null terminator"
            : count < least || count > most ? "bad number of texts" : "";
        return error.Length == 0;
    }

    private static bool TryMacros(ReadOnlySpan<byte> data, out MilterRequest request, out string error)
    {
        error = "packet too short for macros";
        request = default;
        if (data.IsEmpty) return false;
        request = new MilterRequest { Command = MilterCommand.Macro, MacrosFor = (MilterCommand)data[0], Data = data[1..] };
        error = "";
        if (data.Length == 1) return true;
        if (!Has(data[1..], 2, int.MaxValue, out error)) return false;
        if (data[1..].Count((byte)0) % 2 != 0) error = "a macro without a value";
        return error.Length == 0;
    }

    private static bool TryConnect(ReadOnlySpan<byte> data, out MilterRequest request, out string error)
    {
        request = default;
        ReadOnlySpan<byte> rest = data;
        if (!MilterResponse.TryText(ref rest, out ReadOnlySpan<byte> name, out error)) return false;
        error = "packet too short for an address";
        if (rest.IsEmpty) return false;
        MilterFamily family = (MilterFamily)rest[0];
        rest = rest[1..];
        int port = 0;
        ReadOnlySpan<byte> address = data[..0];
        if (family != MilterFamily.Unknown)
        {
            if (rest.Length < 3 || !Enum.IsDefined(family)) return false;
            port = BinaryPrimitives.ReadUInt16BigEndian(rest);
            rest = rest[2..];
            if (!MilterResponse.TryText(ref rest, out address, out error)) return false;
        }
        error = rest.IsEmpty ? "" : "left-over data";
        request = new MilterRequest
        {
            Command = MilterCommand.Connect,
            Family = family,
            Port = port,
            Data = data[..(name.Length + 1)],
            Address = address,
        };
        return rest.IsEmpty;
    }
}
