namespace MtaSuite.Common.Ipc;

/// <summary>
/// What a frame on a link carries. A frame is {u32 length of the payload, u32 stream, u8 type, payload}, little endian.
/// The side that connected opens streams; a stream ends with the last <see cref="Reply"/> or with <see cref="Reset"/>.
/// </summary>
public enum FrameType : byte
{
    /// <summary>Opens a stream with a message.</summary>
    Open = 1,
    /// <summary>A piece of content; counts against the stream's credit.</summary>
    Data = 2,
    /// <summary>The content is complete; the payload may be one more message.</summary>
    End = 3,
    /// <summary>A message from the side that was asked; the stream is over.</summary>
    Reply = 4,
    /// <summary>A message from the side that was asked; more will come.</summary>
    Progress = 5,
    /// <summary>The sender gives the stream up. The payload is a reason for the log.</summary>
    Reset = 6,
    /// <summary>The receiver of content has dealt with so many bytes (u32).</summary>
    Credit = 7,
    /// <summary>Stream 0: the sender accepts no new streams and leaves when the open ones are finished.</summary>
    GoAway = 8,
    /// <summary>Stream 0: a message without an answer.</summary>
    Notice = 9,
    /// <summary>
    /// From the side that was asked: nothing was done for the stream, and the same may be asked again; the payload is a reason. On stream
    /// 0 that holds for every stream that is not answered, and the connection ends.
    /// </summary>
    Refuse = 10,
    /// <summary>
    /// Descriptors for the stream come with this frame (SCM_RIGHTS); the payload is their number (u8). Only from a trusted peer, and where
    /// the service takes them.
    /// </summary>
    Descriptors = 11,
}
