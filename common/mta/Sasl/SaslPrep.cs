using System.Globalization;
using System.Text;

namespace MtaSuite.Common.Sasl;

/// <summary>
/// SASLprep (RFC 4013) without its normalization form KC and its rule for text that runs both ways: what is mapped (2.1), and what is
/// prohibited (2.3). Names and passwords that are typed in composed form, which is what keyboards give, come out as they should; others
/// must be written the same way everywhere.
/// </summary>
public static class SaslPrep
{
    /// <summary>Prepares a name or password; false when it has a character that may not be in one, or nothing is left.</summary>
    public static bool TryPrepare(string text, out string result)
    {
        result = text;
        if (text.Length == 0) return false;
        if (IsPlain(text)) return true;
        StringBuilder prepared = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            // C.1.2: spaces other than U+0020 become it; B.1: commonly mapped to nothing
            if (IsOtherSpace(rune.Value)) prepared.Append(' ');
            else if (IsMappedToNothing(rune.Value)) continue;
            else if (IsProhibited(rune)) return false;
            else prepared.Append(rune.ToString());
        }
        result = prepared.ToString();
        return result.Length > 0;
    }

    /// <summary>The same; a text that cannot be prepared as it is. For passwords: one that was set so must be usable.</summary>
    public static string PrepareOrSame(string text) => TryPrepare(text, out string result) ? result : text;

    private static bool IsPlain(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static bool IsOtherSpace(int c) => c is 0xA0 or 0x1680 or (>= 0x2000 and <= 0x200B) or 0x202F or 0x205F or 0x3000;

    private static bool IsMappedToNothing(int c) => c is 0xAD or 0x34F or 0x1806 or (>= 0x180B and <= 0x180D) or 0x200C or 0x200D or 0x2060
        or (>= 0xFE00 and <= 0xFE0F) or 0xFEFF;

    // C.2 controls, C.3 private use, C.4 non-characters, C.5 surrogates, C.6 to C.9 inappropriate, changing display, deprecated, tagging
    private static bool IsProhibited(Rune rune)
    {
        int c = rune.Value;
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate)
            return true;
        if ((c & 0xFFFE) == 0xFFFE || c is >= 0xFDD0 and <= 0xFDEF) return true;
        return c is 0x6DD or 0x70F or 0x180E or 0x340 or 0x341 or (>= 0x200E and <= 0x200F) or (>= 0x2028 and <= 0x202E)
            or (>= 0x2061 and <= 0x2063)
            or (>= 0x206A and <= 0x206F) or (>= 0x2FF0 and <= 0x2FFB) or (>= 0xFFF9 and <= 0xFFFD) or (>= 0x1D173 and <= 0x1D17A)
            or 0xE0001 or (>= 0xE0020 and <= 0xE007F);
    }
}
