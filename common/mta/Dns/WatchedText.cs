using MtaSuite.Common.Config;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;

namespace MtaSuite.Common.Dns;

/// <summary>A small text file that is read again when it changes, which is noticed within a second of use.</summary>
internal sealed class WatchedText<T>(string path, TimeProvider clock, Func<string, T> parse)
    where T : class
{
    private readonly FileWatch _watch = new(path, clock);
    private T? _value;

    /// <summary>What the file says now; an unreadable file is an empty one at first, and keeps its last content later.</summary>
    public T Value
    {
        get
        {
            if (_value is null || _watch.HasChanged(out _))
            {
                FileStatus.TryGet(path, out FileStatus status);
                _watch.Remember(status);
                if (ConfigFile.TryRead(path, out string text, out _) || _value is null) _value = parse(text);
            }
            return _value;
        }
    }
}
