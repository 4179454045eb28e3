namespace MtaSuite.Common.Ipc.Messages;

/// <summary>
/// A milter's session as smtpd hands it to cleanup for the content of a message: what was agreed on, where the protocol stands, and the
/// macros for content events, which smtpd alone knows. The connection itself goes along as a descriptor, in the order of the list, for
/// those that have one.
/// </summary>
public sealed class MilterHandover : IAttributes<MilterHandover>
{
    /// <summary>Macros of one event, names and values.</summary>
    public const int MaxMacros = 400;

    /// <summary>Bytes of packets that wait to be sent.</summary>
    public const int MaxUnsent = 8 * 1024;

    /// <summary>As in the configuration: for the log.</summary>
    public string Name = "";
    public long Steps, MissingSteps;
    public long CommandSeconds, ContentSeconds;
    public string DefaultAction = "";
    /// <summary>Events of the content may be sent without waiting for the answer to each.</summary>
    public bool Pipelining;
    /// <summary>Packets that go out before the next one, a character for each byte.</summary>
    public string Unsent = "";
    public List<string> EndOfHeaderMacros = [], EndOfMessageMacros = [];

    public static void Describe<C>(ref C c, MilterHandover m) where C : struct, IAttributeCodec, allows ref struct
    {
        c.Text("name"u8, ref m.Name, Limits.Address);
        c.Long("steps"u8, ref m.Steps);
        c.Long("missing_steps"u8, ref m.MissingSteps);
        c.Long("command_timeout"u8, ref m.CommandSeconds);
        c.Long("content_timeout"u8, ref m.ContentSeconds);
        c.Text("default_action"u8, ref m.DefaultAction, Limits.Name);
        c.Bool("pipelining"u8, ref m.Pipelining);
        c.Text("unsent"u8, ref m.Unsent, 2 * MaxUnsent);
        c.Texts("end_of_header_macros"u8, m.EndOfHeaderMacros, MaxMacros, Limits.Text);
        c.Texts("end_of_message_macros"u8, m.EndOfMessageMacros, MaxMacros, Limits.Text);
    }
}
