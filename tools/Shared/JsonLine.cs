using System.Globalization;
using System.Text;

namespace MtaSuite.Tools.Shared;

/// <summary>
/// One JSON object (RFC 8259) on one line, with a space behind each comma and colon, as scripts find it in Postfix's output.
/// </summary>
internal sealed class JsonLine
{
    private readonly StringBuilder _text = new("{");
    private bool _first = true;

    public JsonLine Text(string name, string value)
    {
        Name(name);
        Quote(value);
        return this;
    }

    public JsonLine Number(string name, long value)
    {
        Name(name);
        _text.Append(CultureInfo.InvariantCulture, $"{value}");
        return this;
    }

    /// <summary>A number with three decimals.</summary>
    public JsonLine Decimal(string name, double value)
    {
        Name(name);
        _text.Append(CultureInfo.InvariantCulture, $"{value:0.###}");
        return this;
    }

    public JsonLine Flag(string name, bool value)
    {
        Name(name);
        _text.Append(value ? "true" : "false");
        return this;
    }

    /// <summary>An array of objects, each written by <paramref name="write"/>.</summary>
    public JsonLine Objects<T>(string name, IEnumerable<T> items, Action<JsonLine, T> write)
    {
        Name(name);
        _text.Append('[');
        bool any = false;
        foreach (T item in items)
        {
            _text.Append(any ? ", {" : "{");
            (any, _first) = (true, true);
            write(this, item);
            _text.Append('}');
        }
        _text.Append(']');
        _first = false;
        return this;
    }

    /// <summary>An object within this one.</summary>
    public JsonLine Object(string name, Action<JsonLine> write)
    {
        Name(name);
        _text.Append('{');
        _first = true;
        write(this);
        _text.Append('}');
        _first = false;
        return this;
    }

    /// <summary>An array of texts.</summary>
    public JsonLine Texts(string name, IEnumerable<string> values)
    {
        Name(name);
        _text.Append('[');
        bool any = false;
        foreach (string value in values)
        {
            if (any) _text.Append(", ");
            any = true;
            Quote(value);
        }
        _text.Append(']');
        return this;
    }

    /// <summary>The line with its end.</summary>
    public override string ToString() => $"{_text}}}\n";

    private void Name(string name)
    {
        if (!_first) _text.Append(", ");
        _first = false;
        Quote(name);
        _text.Append(": ");
    }

    private void Quote(string value)
    {
        _text.Append('"');
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            switch (c)
            {
                case '"' or '\\': _text.Append('\\').Append(c); break;
                case '\n': _text.Append("\\n"); break;
                case '\r': _text.Append("\\r"); break;
                case '\t': _text.Append("\\t"); break;
                default:
                    // nothing is lost, and a terminal shows it as it stands here
                    if ((c < ' ' || c > '~') && Common.Log.Printable.IsUnsafe(value, i))
                        _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
                    else _text.Append(c);
                    break;
            }
        }
        _text.Append('"');
    }
}
