using MtaSuite.Common.Spool;

namespace MtaSuite.Tests.Unit.Spool;

internal static class SegmentsOfBytes
{
    /// <summary>The content of a queue file that is in memory.</summary>
    public static byte[] Of(this ContentSegments content, byte[] file) =>
    [
        .. file.AsSpan((int)content.HeaderOffset, (int)content.HeaderLength),
        .. file.AsSpan((int)content.BodyOffset, (int)content.BodyLength),
    ];
}
