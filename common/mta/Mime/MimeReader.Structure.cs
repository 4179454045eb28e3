using System.Text;
using MtaSuite.Common.Mail;

namespace MtaSuite.Common.Mime;

/// <summary>Header sections and the limits of parts.</summary>
public sealed partial class MimeReader
{
    private MimeEvent ReadHeader(ref ReadOnlyMemory<byte> input)
    {
        ReadOnlySpan<byte> data = input.Span;
        HeaderEvent what = _scanner.Read(ref data);
        input = input[(input.Length - data.Length)..];
        return Take(what);
    }

    private MimeEvent Take(HeaderEvent what)
    {
        switch (what)
        {
            case HeaderEvent.Header:
                _isFieldText = true;
                TakeField(_scanner.Name, _scanner.Value, _scanner.Field);
                return MimeEvent.Field;
            case HeaderEvent.MailboxLine:
                (_isFieldText, Name) = (true, HeaderName.Other);
                return MimeEvent.Field;
            case HeaderEvent.EndAtBlankLine:
                return EndHeader(HeaderEnding.BlankLine);
            case HeaderEvent.EndAtOtherLine:
                _rest = (byte[])[.. _scanner.Rest, .. _rest.Span];
                return EndHeader(HeaderEnding.OtherLine);
            case HeaderEvent.EndOfContent:
                return EndHeader(HeaderEnding.EndOfContent);
            default:
                return MimeEvent.NeedMore;
        }
    }

    /// <summary>A field of the message's own header section, where that is read elsewhere.</summary>
    public void TakeField(HeaderName name, ReadOnlySpan<byte> value, ReadOnlySpan<byte> field)
    {
        Name = name;
        if (!_rules.IsDisabled) NoteType(name, value, field);
        if ((_rules.Reported & MimeViolations.EightBitHeader) != 0 && !System.Text.Ascii.IsValid(field))
            Report(MimeViolations.EightBitHeader, field);
    }

    private void NoteType(HeaderName name, ReadOnlySpan<byte> value, ReadOnlySpan<byte> field)
    {
        if (name == HeaderName.MimeVersion) Entity.HasVersion = true;
        else if (name == HeaderName.ContentType) NoteContentType(value, field);
        else if (name == HeaderName.ContentTransferEncoding
            && ContentType.FirstWord(value) is SevenBit or "8bit" or "binary" or "quoted-printable" or "base64")
            Entity.Encoding = ContentType.FirstWord(value);
    }

    /// <summary>Each boundary opens a multipart, so that no part escapes because there are several.</summary>
    private void NoteContentType(ReadOnlySpan<byte> value, ReadOnlySpan<byte> field)
    {
        _boundaries.Clear();
        Entity.Type = ContentType.Parse(value, _boundaries);
        Entity.HasType = true;
        foreach (string boundary in _boundaries)
        {
            if (boundary.Length == 0 && !_rules.FindsHiddenParts) continue;
            if (_open.Count > _rules.Nesting + 1) Report(MimeViolations.Nesting, field);
            else
                _open.Add(new OpenMultipart(Entity,
                    Encoding.Latin1.GetBytes("--" + boundary[..Math.Min(boundary.Length, _rules.BoundaryLength)]), Entity.IsDigest));
        }
    }

    /// <summary>The header section is over; that of the message itself, where it is read elsewhere.</summary>
    public MimeEvent EndHeader(HeaderEnding how)
    {
        (Ending, _inHeader, _isContinued) = (how, false, false);
        _nextOffset = how == HeaderEnding.BlankLine ? 1 : 0;
        _isMarkedEnd = how == HeaderEnding.OtherLine && Entity.Section == MimeSection.Primary;
        BodyEncoding = Entity.Encoding.Length == 0 ? SevenBit : Entity.Encoding;
        bool isMessage = IsMessage(out bool isInline);
        CheckEncoding(isMessage, isInline);
        // a converter puts an empty line there
        bool isEnded = how == HeaderEnding.BlankLine || (how == HeaderEnding.OtherLine && !_rules.FindsHiddenParts);
        if (!isEnded || _rules.IsDisabled) return MimeEvent.HeaderEnd;
        _beginsNested = isMessage && isInline;
        if (Entity.Type.Type == "multipart") BodyEncoding = SevenBit; // what stands before the first part
        return MimeEvent.HeaderEnd;
    }

    /// <param name="isInline">Its body begins with the header section of that message.</param>
    private bool IsMessage(out bool isInline)
    {
        isInline = Entity.Type.Subtype is "rfc822" or "global";
        if (Entity.Type.Type == "message") isInline &= _rules.FindsHiddenParts || !Entity.IsEncoded;
        else if (Entity.IsDigestPart && Entity.Type.Type is not ("text" or "multipart"))
            isInline = _rules.FindsHiddenParts || (Entity.Type.Type == null && !Entity.IsEncoded);
        else return false;
        return Entity.Type.Type == "message" || isInline;
    }

    /// <summary>RFC 2045 6.4: 7bit, 8bit and binary for what has structure, and 7bit alone for message/partial and external-body.</summary>
    private void CheckEncoding(bool isMessage, bool isInline)
    {
        if ((_rules.Reported & MimeViolations.EncodingDomain) == 0) return;
        bool isWrong = Entity.Type.Subtype is "partial" or "external-body" && isMessage ? BodyEncoding is "8bit" or "binary"
            : ((isMessage && isInline && Entity.Type.Subtype != "global") || Entity.Type.Type == "multipart") && Entity.IsEncoded;
        if (isWrong) Report(MimeViolations.EncodingDomain, Encoding.Latin1.GetBytes(BodyEncoding));
    }

    // ---- delimiters --------------------------------------------------------------------------------------------------

    private bool FindDelimiter(ReadOnlySpan<byte> text)
    {
        for (int i = _open.Count - 1; i >= 0; i--)
        {
            if (!IsDelimiterOf(_open[i].Delimiter, text)) continue;
            _delimiterLevel = i;
            _closes = text[_open[i].Delimiter.Length..].StartsWith("--"u8);
            return true;
        }
        return false;
    }

    private bool _closes;

    private bool IsDelimiterOf(byte[] delimiter, ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith(delimiter)) return false;
        if (_rules.FindsHiddenParts) return text.Length > "--".Length;
        ReadOnlySpan<byte> behind = text[delimiter.Length..].TrimEnd(" \t\r"u8);
        return behind.IsEmpty || behind.SequenceEqual("--"u8);
    }

    /// <summary>A part begins, or the text behind the last one; what lay within the part before is over.</summary>
    private void CrossDelimiter()
    {
        OpenMultipart multipart = _open[_delimiterLevel];
        _open.RemoveRange(_delimiterLevel + 1, _open.Count - _delimiterLevel - 1);
        _delimiterLevel = -1;
        IsDelimiter = false;
        if (!_closes)
        {
            Begin(MimeSection.Part, multipart.IsDigest);
            return;
        }
        _open.RemoveAt(_open.Count - 1);
        Entity = multipart.Entity;
        BodyEncoding = SevenBit;
    }
}
