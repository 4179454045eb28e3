using System.Buffers;
using System.Text;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Mime;

/// <summary>Whose mail is checked: logs what is found, and does what concerns the whole message.</summary>
public interface ICheckedMessage
{
    /// <summary>Tables are still asked.</summary>
    bool IsChecked { get; }

    /// <summary>A table matched, or cannot be asked. The caller carries out the action.</summary>
    void Matched(CheckTable table, bool isHeader, ReadOnlySpan<byte> text, CheckVerdict verdict);

    /// <summary>A field that stays is rewritten before it is written.</summary>
    bool Rewrites(MimeEntity entity, HeaderName name) => false;

    /// <summary>Makes of such a field what is to be written.</summary>
    ValueTask<ReadOnlyMemory<byte>> RewriteAsync(ReadOnlyMemory<byte> field) => ValueTask.FromResult(field);
}

/// <summary>
/// Passes content on as it streams by: asks the tables about each header field and body line, and leaves out, replaces and prepends what
/// they want. With conversion, what is declared to be 8bit or binary becomes quoted-printable.
/// </summary>
/// <param name="reader">It takes the content, or what follows a header section that is read elsewhere.</param>
/// <param name="converts">To 7 bits (force_mime_input_conversion).</param>
public sealed class ContentChecker(MimeReader reader, ICheckedMessage message, bool converts = false)
{
    private QuotedPrintableEncoder? _encoder;

    /// <summary>Takes the next piece of content, and appends what becomes of it.</summary>
    public async ValueTask WriteAsync(ContentChecks checks, ReadOnlyMemory<byte> input, IBufferWriter<byte> output)
    {
        for (MimeEvent what = reader.Read(ref input); what != MimeEvent.NeedMore; what = reader.Read(ref input))
            await TakeAsync(what, checks, output);
    }

    /// <summary>The content is over.</summary>
    public async ValueTask FinishAsync(ContentChecks checks, IBufferWriter<byte> output)
    {
        for (MimeEvent what = reader.Finish(); what != MimeEvent.End; what = reader.Finish()) await TakeAsync(what, checks, output);
        EndBody(output);
    }

    private ValueTask TakeAsync(MimeEvent what, ContentChecks checks, IBufferWriter<byte> output)
    {
        switch (what)
        {
            case MimeEvent.Field: return TakeFieldAsync(checks, output);
            case MimeEvent.Line: return TakeLineAsync(checks, output);
            case MimeEvent.HeaderEnd: EndHeader(output); break;
            case MimeEvent.Bytes: output.Write(reader.Text); break;
        }
        return default;
    }

    private async ValueTask<CheckVerdict> AskAsync(CheckTable table, bool isHeader, CheckAction allowed)
    {
        CheckVerdict verdict = await table.AskAsync(reader.Text, isHeader, allowed);
        if (verdict.Action != CheckAction.Keep) message.Matched(table, isHeader, reader.Text, verdict);
        return verdict;
    }

    // ---- headers -----------------------------------------------------------------------------------------------------

    private async ValueTask TakeFieldAsync(ContentChecks checks, IBufferWriter<byte> output)
    {
        CheckTable table = checks.For(reader.Entity.Section, reader.Name);
        CheckVerdict verdict = table.IsEmpty || !message.IsChecked ? default : await AskAsync(table, isHeader: true, checks.Allowed);
        if (verdict.Drops || (reader.Name == HeaderName.ContentTransferEncoding && Converts)) return;
        if (verdict.Action == CheckAction.Prepend) WriteLine(verdict.Bytes, output);
        byte[]? replaced = verdict.Action == CheckAction.Replace ? verdict.Bytes : null;
        if (message.Rewrites(reader.Entity, replaced == null ? reader.Name : HeaderNames.Recognize(HeaderNames.NameOf(replaced))))
            WriteLine((await message.RewriteAsync(replaced ?? reader.Text.ToArray())).Span, output);
        else WriteLine(replaced == null ? reader.Text : replaced, output);
    }

    /// <summary>The entity is converted: its label, and if it is no multipart or message its body.</summary>
    private bool Converts => converts && reader.Entity.Encoding is "8bit" or "binary";

    /// <summary>What stands in a header section instead of the label of an entity that is converted; empty: it is not.</summary>
    public ReadOnlySpan<byte> Label => !Converts ? default
        : HasStructure ? "Content-Transfer-Encoding: 7bit"u8 : "Content-Transfer-Encoding: quoted-printable"u8;

    private bool HasStructure => reader.Entity.Type.Type is "message" or "multipart";

    private void EndHeader(IBufferWriter<byte> output)
    {
        if (!Label.IsEmpty) WriteLine(Label, output);
        bool isPrimary = reader.Entity.Section == MimeSection.Primary;
        if (reader.Ending == HeaderEnding.BlankLine || (reader.Ending == HeaderEnding.OtherLine && isPrimary)) output.Write("\n"u8);
        BeginBody();
    }

    /// <summary>A body begins; where the header section is read elsewhere, its reader reports that.</summary>
    public void BeginBody()
    {
        if (Converts && !HasStructure) _encoder = new QuotedPrintableEncoder();
    }

    // ---- bodies ------------------------------------------------------------------------------------------------------

    private ValueTask TakeLineAsync(ContentChecks checks, IBufferWriter<byte> output)
    {
        if (reader.IsDelimiter) EndBody(output);
        bool isLooked = checks.BodyLimit == 0 || reader.Offset < checks.BodyLimit;
        if (isLooked && !checks.Body.IsEmpty && message.IsChecked) return AskAndPutAsync(checks, output);
        PutLine(default, output);
        return default;
    }

    private async ValueTask AskAndPutAsync(ContentChecks checks, IBufferWriter<byte> output) =>
        PutLine(await AskAsync(checks.Body, isHeader: false, checks.Allowed), output);

    private void PutLine(CheckVerdict verdict, IBufferWriter<byte> output)
    {
        if (verdict.Drops) return;
        if (verdict.Action == CheckAction.Prepend)
        {
            Put(verdict.Bytes, output);
            Put("\n"u8, output);
        }
        Put(verdict.Action == CheckAction.Replace ? verdict.Bytes : reader.Text, output);
        if (reader.EndsLine) Put("\n"u8, output);
    }

    private void Put(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        if (_encoder != null) _encoder.Write(text, output);
        else output.Write(text);
    }

    private void EndBody(IBufferWriter<byte> output)
    {
        _encoder?.Finish(output);
        _encoder = null;
    }

    private static void WriteLine(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        output.Write(text);
        output.Write("\n"u8);
    }
}
