using System.Globalization;

namespace MtaSuite.Common.Config;

/// <summary>
/// How much one delivery changes the concurrency of its destination: a number, or one that shrinks as the concurrency grows.
/// </summary>
/// <param name="Amount">From 0 to 1.</param>
/// <param name="By">What it is divided by.</param>
public readonly record struct Feedback(double Amount, Feedback.Scale By)
{
    /// <summary>What the amount is divided by: 1, the concurrency, or its square root.</summary>
    public enum Scale : byte { Constant, Concurrency, SquareRoot }

    /// <summary>The default: a place more, or less, for each delivery.</summary>
    public static readonly Feedback One = new(1, Scale.Constant);

    /// <summary>The change at a concurrency of <paramref name="window"/> deliveries.</summary>
    public double At(int window) => By switch
    {
        Scale.Concurrency => Amount / Math.Max(1, window),
        Scale.SquareRoot => Amount / Math.Sqrt(Math.Max(1, window)),
        _ => Amount,
    };

    /// <summary>
    /// <code>
    /// feedback = number [ "/" ( number / "concurrency" / "sqrt_concurrency" ) ]     the result, with a concurrency of 1, from 0 to 1
    /// </code>
    /// </summary>
    public static bool TryParse(string text, out Feedback feedback)
    {
        feedback = One;
        int slash = text.IndexOf('/');
        if (!TryNumber(slash < 0 ? text : text.AsSpan(0, slash), out double amount)) return false;
        Scale by = Scale.Constant;
        if (slash >= 0)
        {
            ReadOnlySpan<char> divisor = text.AsSpan(slash + 1).Trim();
            if (divisor.SequenceEqual("concurrency")) by = Scale.Concurrency;
            else if (divisor.SequenceEqual("sqrt_concurrency")) by = Scale.SquareRoot;
            else if (TryNumber(divisor, out double number) && number > 0) amount /= number;
            else return false;
        }
        if (amount > 1) return false;
        feedback = new Feedback(amount, by);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out double number) =>
        double.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
}
