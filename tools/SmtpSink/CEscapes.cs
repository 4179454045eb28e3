using System.Text;

namespace MtaSuite.Tools.SmtpSink;

/// <summary>Escape sequences of C: \a \b \f \n \r \t \v \\ and up to three octal digits.</summary>
internal static class CEscapes
{
    public static string Decode(string text)
    {
        StringBuilder result = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }
            int known = "abfnrtv\\".IndexOf(text[++i]);
            if (known >= 0) result.Append("\a\b\f\n\r\t\v\\"[known]);
            else if (text[i] is >= '0' and <= '7') result.Append(Octal(text, ref i));
            else result.Append('\\').Append(text[i]);
        }
        return result.ToString();
    }

    private static char Octal(string text, ref int at)
    {
        int value = 0, end = Math.Min(at + 3, text.Length);
        for (; at < end && text[at] is >= '0' and <= '7'; at++) value = value * 8 + (text[at] - '0');
        at--;
        return (char)(value & 0xff);
    }
}
