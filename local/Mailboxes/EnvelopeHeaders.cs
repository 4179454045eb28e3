using System.Buffers;
using System.Globalization;
using System.Text;
using MtaSuite.Common.Mail;

namespace MtaSuite.Local.Mailboxes;

/// <summary>The lines that delivery puts before a message: From_, Return-Path, X-Original-To, Delivered-To.</summary>
internal static class EnvelopeHeaders
{
    private const string Days = "SunMonTueWedThuFriSat", Months = "JanFebMarAprMayJunJulAugSepOctNovDec";

    /// <summary>Appends the lines that the options ask for, in the order readers know.</summary>
    public static void Write(ArrayBufferWriter<byte> output, CopySpec spec, DateTimeOffset now)
    {
        if ((spec.Options & CopyOptions.FromLine) != 0)
        {
            Put(output, "From ");
            PutAddress(output, spec.Sender.Length == 0 ? "MAILER-DAEMON" : spec.Sender);
            Put(output, "  ");
            PutDate(output, now);
            Put(output, spec.EndOfLine);
        }
        if ((spec.Options & CopyOptions.ReturnPath) != 0)
        {
            Put(output, "Return-Path: <");
            PutAddress(output, spec.Sender);
            Put(output, ">");
            Put(output, spec.EndOfLine);
        }
        if ((spec.Options & CopyOptions.OriginalTo) != 0 && spec.Original.Length > 0)
            Header(output, "X-Original-To: ", spec.Original, spec);
        if ((spec.Options & CopyOptions.DeliveredTo) != 0) Header(output, "Delivered-To: ", spec.Delivered, spec);
    }

    private static void Header(ArrayBufferWriter<byte> output, string name, string address, CopySpec spec)
    {
        Put(output, name);
        PutAddress(output, address);
        Put(output, spec.EndOfLine);
    }

    /// <summary>The 24 characters of asctime(3): "Thu Nov  5 09:03:01 2026".</summary>
    private static void PutDate(ArrayBufferWriter<byte> output, DateTimeOffset now)
    {
        Put(output, string.Create(CultureInfo.InvariantCulture,
            $"{Days.AsSpan(3 * (int)now.DayOfWeek, 3)} {Months.AsSpan(3 * (now.Month - 1), 3)} {now.Day,2} {now:HH:mm:ss yyyy}"));
    }

    /// <summary>The quoted form of an address; a control character, which no valid address has, can't break the line.</summary>
    private static void PutAddress(ArrayBufferWriter<byte> output, string address)
    {
        if (address.AsSpan().ContainsAnyInRange('\0', '\x1f'))
            address = string.Create(address.Length, address, static (target, text) =>
            {
                for (int i = 0; i < text.Length; i++) target[i] = text[i] < ' ' ? '?' : text[i];
            });
        Put(output, Address.Quote822(address));
    }

    private static void Put(ArrayBufferWriter<byte> output, string text)
    {
        Span<byte> target = output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        output.Advance(Encoding.UTF8.GetBytes(text, target));
    }
}
