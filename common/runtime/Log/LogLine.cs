using System.Buffers;
using System.Globalization;
using System.Text;

namespace MtaSuite.Common.Log;

/// <summary>
/// One lifecycle event, built field by field and written either as the classic line or as a JSON object:
/// <c>QUEUEID: to=&lt;a@b&gt;, relay=local, delay=0.1, dsn=2.0.0, status=sent (text)</c>. Use once, in one method: it holds the thread's
/// buffer.
/// </summary>
public ref struct LogLine
{
    /// <summary>The longest text in a line, characters: a reply of 50 lines of 80 characters fits, and what readers of logs take as one
    /// line is not exceeded by much.</summary>
    internal const int MaxText = 4096;
    [ThreadStatic] private static ArrayBufferWriter<byte>? t_buffer;
    private readonly ArrayBufferWriter<byte> _out;
    private readonly LogLevel _level;
    private readonly bool _json;
    private bool _any;

    /// <param name="queueId">A queue id, "NOQUEUE", or empty.</param>
    public LogLine(LogLevel level, string queueId)
    {
        _out = t_buffer ??= new ArrayBufferWriter<byte>(512);
        _out.ResetWrittenCount();
        _level = level;
        _json = Log.Json;
        if (_json)
        {
            Raw("{\"time\":\""u8);
            Text(DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
            Raw("\",\"host\":"u8);
            Quoted(Log.Host);
            Raw(",\"process\":"u8);
            Quoted(Log.Tag);
            Raw(",\"pid\":"u8);
            Text(Log.Pid.ToString(CultureInfo.InvariantCulture));
            if (level != LogLevel.Info) Pair("severity", Severity(level));
            if (queueId.Length > 0) Pair("queue_id", queueId);
            return;
        }
        if (level != LogLevel.Info && level != LogLevel.Debug)
        {
            Text(Severity(level));
            Raw(": "u8);
        }
        if (queueId.Length == 0) return;
        Text(queueId);
        Raw(": "u8);
    }

    public static LogLine Info(string queueId) => new(LogLevel.Info, queueId);

    private static string Severity(LogLevel level) => level switch
    {
        LogLevel.Panic => "panic",
        LogLevel.Fatal => "fatal",
        LogLevel.Error => "error",
        LogLevel.Warning => "warning",
        LogLevel.Debug => "debug",
        _ => "info",
    };

    /// <summary>A field <c>key=value</c>.</summary>
    public LogLine Field(string key, string value)
    {
        if (_json) Pair(key, value);
        else
        {
            Key(key);
            Text(value);
        }
        return this;
    }

    /// <summary>A numeric field.</summary>
    public LogLine Field(string key, long value)
    {
        Span<byte> digits = stackalloc byte[20];
        value.TryFormat(digits, out int n, default, CultureInfo.InvariantCulture);
        if (_json)
        {
            Raw(","u8);
            Quoted(key);
            Raw(":"u8);
        }
        else Key(key);
        Raw(digits[..n]);
        return this;
    }

    /// <summary>
    /// How addresses stand in lines (info_log_address_format): makes that of an address in internal form. Null: as they are.
    /// </summary>
    public static Func<string, string>? AddressForm { get; set; }

    /// <summary>An address as it stands in lines.</summary>
    public static string Form(string address) => AddressForm is { } form ? form(address) : address;

    /// <summary>An address, in angle brackets.</summary>
    public LogLine Address(string key, string value)
    {
        value = Form(value);
        if (_json)
        {
            Pair(key, value);
            return this;
        }
        Key(key);
        Raw("<"u8);
        Text(value);
        Raw(">"u8);
        return this;
    }

    /// <summary>What stands at the end in parentheses: the text that a peer may have chosen.</summary>
    public LogLine Remark(string text)
    {
        if (_json)
        {
            Pair("text", text);
            return this;
        }
        Raw(" ("u8);
        Text(text);
        Raw(")"u8);
        return this;
    }

    /// <summary>Words that are no field.</summary>
    public LogLine Free(string text)
    {
        if (_json) Pair("text", text);
        else
        {
            Text(text);
            _any = false;
        }
        return this;
    }

    /// <summary>Writes the line.</summary>
    public readonly void Send()
    {
        if (_json) _out.Write("}"u8);
        Log.Emit(_level, _out.WrittenSpan);
    }

    private void Key(string key)
    {
        if (_any) Raw(", "u8);
        _any = true;
        Text(key);
        Raw("="u8);
    }

    private readonly void Raw(ReadOnlySpan<byte> bytes) => _out.Write(bytes);

    /// <summary>UTF-8 as it may be shown (<see cref="Printable"/>), and not without end.</summary>
    private readonly void Text(string text) => EscapedText(text.Length > MaxText ? text[..MaxText] + "..." : text);

    private readonly void EscapedText(string text)
    {
        Span<byte> span = _out.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        int n = Encoding.UTF8.GetBytes(text, span);
        Printable.Clean(span[..n]);
        _out.Advance(n);
    }

    private void Pair(string key, string value)
    {
        Raw(","u8);
        Quoted(key);
        Raw(":"u8);
        Quoted(value);
    }

    private readonly void Quoted(string text)
    {
        Raw("\""u8);
        if (text.Length > MaxText) text = text[..MaxText] + "...";
        EscapedText(text.Contains('"') || text.Contains('\\') ? text.Replace("\\", "\\\\").Replace("\"", "\\\"") : text);
        Raw("\""u8);
    }
}
