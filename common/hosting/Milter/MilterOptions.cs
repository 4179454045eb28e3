using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace MtaSuite.Common.Milter;

/// <summary>
/// What both sides agree on first (SMFIC_OPTNEG); the server offers, the milter answers with what it wants of it:
/// <code>
/// data = version:u32 actions:u32 steps:u32 *( stage:u32 names NUL )
/// </code>
/// The lists of macros come from the milter only.
/// </summary>
public sealed class MilterOptions
{
    /// <summary>More lists than there are stages say nothing new.</summary>
    private const int MaxLists = 64;

    public uint Version { get; init; } = 6;
    public MilterActions Actions { get; init; }
    public MilterSteps Steps { get; init; }

    /// <summary>The macros that the milter wants for an event, instead of the configured ones; names with a space between them.</summary>
    public Dictionary<MacroStage, string> MacroLists { get; } = [];

    public void Write(IBufferWriter<byte> output)
    {
        int length = 12;
        foreach (string names in MacroLists.Values) length += 5 + Encoding.UTF8.GetByteCount(names);
        Span<byte> room = MilterWriter.Begin(output, (byte)MilterCommand.Negotiate, length);
        BinaryPrimitives.WriteUInt32BigEndian(room, Version);
        BinaryPrimitives.WriteUInt32BigEndian(room[4..], (uint)Actions);
        BinaryPrimitives.WriteUInt32BigEndian(room[8..], (uint)Steps);
        room = room[12..];
        foreach ((MacroStage stage, string names) in MacroLists)
        {
            BinaryPrimitives.WriteUInt32BigEndian(room, (uint)stage);
            int bytes = Encoding.UTF8.GetBytes(names, room[4..]);
            room[4 + bytes] = 0;
            room = room[(5 + bytes)..];
        }
        output.Advance(MilterPackets.HeaderSize + length);
    }

    /// <summary>Reads the data of a packet; null, with what is wrong.</summary>
    public static MilterOptions? Parse(ReadOnlySpan<byte> data, out string error)
    {
        error = "input packet too short for options";
        if (data.Length < 12) return null;
        MilterOptions options = new()
        {
            Version = BinaryPrimitives.ReadUInt32BigEndian(data),
            Actions = (MilterActions)BinaryPrimitives.ReadUInt32BigEndian(data[4..]),
            Steps = (MilterSteps)BinaryPrimitives.ReadUInt32BigEndian(data[8..]),
        };
        data = data[12..];
        for (int i = 0; !data.IsEmpty; i++)
        {
            int end = data.Length < 5 || i == MaxLists ? -1 : data[4..].IndexOf((byte)0);
            error = "bad list of macros";
            if (end < 0) return null;
            MacroStage stage = (MacroStage)BinaryPrimitives.ReadUInt32BigEndian(data);
            if (Enum.IsDefined(stage)) options.MacroLists[stage] = Encoding.UTF8.GetString(data.Slice(4, end));
            data = data[(5 + end)..];
        }
        error = "";
        return options;
    }

    /// <summary>What is wrong with a milter's answer to an offer; null: nothing.</summary>
    public string? Conflict(MilterOptions answer)
    {
        if (answer.Version > Version || answer.Version < 2)
            return $"protocol version {answer.Version} conflict with MTA protocol version {Version}";
        MilterActions unknown = answer.Actions & ~Actions;
        return unknown == 0 ? null : $"request mask 0x{(uint)answer.Actions:x} conflict with MTA request mask 0x{(uint)Actions:x}";
    }

    /// <summary>The steps that a version of the protocol has.</summary>
    public static MilterSteps StepsOf(uint version) => version switch
    {
        >= 6 => MilterSteps.Version6,
        >= 4 => MilterSteps.Version4,
        3 => MilterSteps.Version3,
        _ => MilterSteps.Version2,
    };
}
