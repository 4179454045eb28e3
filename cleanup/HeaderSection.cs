using System.Buffers;
using System.Text;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Mime;
using MtaSuite.Common.Routing;

namespace MtaSuite.Cleanup;

/// <summary>
/// The header section of one message: fields are rewritten and dropped as they arrive, what the envelope and the log need is noted, and
/// missing fields are added at the end. It is kept in memory, and bounded.
/// </summary>
/// <param name="inspection">Looks at each field; null: no inspection.</param>
internal sealed class HeaderSection(CleanupSettings settings, SubmitRequest request, MessageBuffers buffers, ContentInspection? inspection)
{
    /// <summary>A larger section is refused: a daemon never holds a whole message.</summary>
    private const int SizeLimit = 1024 * 1024;

    /// <summary>As they stand in the header, perhaps empty; null: not there.</summary>
    private string? _messageId, _resentMessageId;
    private static readonly Outcome s_headerTooLong = Outcome.Bounce("5.3.4", "message header too long") with { Code = 552 };
    private int _hops;
    private ArrayBufferWriter<byte>? _rewritten;
    private HeaderRecipients? _extracted;
    private bool _hasFrom, _hasDate, _hasRecipientHeader, _resent, _hasResentFrom, _hasResentDate, _hasRequireTls, _endedAtOtherLine;

    private Outcome? _failure;
    private ReadOnlyMemory<byte>? _replaced;
    /// <summary>What a check made of the field that the scanner has; null: it is as it came.</summary>
    private byte[]? _made;

    private Envelope Envelope => request.Envelope;

    private ArrayBufferWriter<byte> Headers => buffers.Headers;

    /// <summary>The section as it will be stored, with the empty line behind it.</summary>
    public ReadOnlyMemory<byte> Fields => _replaced ?? buffers.Headers.WrittenMemory;

    /// <summary>Another section takes the place of this one.</summary>
    public void Replace(ReadOnlyMemory<byte> fields) => _replaced = fields;

    /// <summary>All of it has come.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Bytes of the body that were taken for a field at first. Valid until the scanner is used again.</summary>
    public ReadOnlySpan<byte> BodyStart => _endedAtOtherLine ? buffers.Scanner.Rest : default;

    /// <summary>The recipients are those that the header names (sendmail -t). Before any content.</summary>
    public void ExtractRecipients() => buffers.Scanner.Reader = _extracted = new HeaderRecipients(Limits.Recipients);

    /// <summary>
    /// Adds the recipients that the header names, where they were asked for; null, or the failure that the message is refused with.
    /// </summary>
    public Outcome? AddExtractedRecipients()
    {
        if (_extracted == null) return null;
        if (_extracted.AddTo(Envelope, request.ExtractedNotify) is { } refused) return refused;
        if (settings.SmtpUtf8) Envelope.SmtpUtf8 |= Envelope.Recipients.Exists(r => !Address.IsAscii(r.Address));
        return null;
    }

    /// <summary>Takes header fields off the front of the data.</summary>
    /// <param name="rewriting">The tables to ask.</param>
    /// <returns>
    /// Null, or the failure that the message is refused with; and what is left of the data: body, once <see cref="HasEnded"/>.
    /// </returns>
    public async ValueTask<(Outcome? Failure, ReadOnlyMemory<byte> Unread)> TakeAsync(ReadOnlyMemory<byte> data, AddressRewriting rewriting)
    {
        while (_failure == null)
        {
            HeaderEvent e = Read(ref data);
            if (e == HeaderEvent.NeedMore) break;
            if (!await TakeEventAsync(e, rewriting)) break;
        }
        return (_failure, data);
    }

    private HeaderEvent Read(ref ReadOnlyMemory<byte> data)
    {
        ReadOnlySpan<byte> rest = data.Span;
        HeaderEvent e = buffers.Scanner.Read(ref rest);
        data = data[^rest.Length..];
        return e;
    }

    /// <summary>The content has ended within the section.</summary>
    public async ValueTask<Outcome?> FinishAsync(AddressRewriting rewriting)
    {
        while (await TakeEventAsync(buffers.Scanner.Finish(), rewriting)) { }
        return _failure;
    }

    /// <summary>False: the section has ended.</summary>
    private async ValueTask<bool> TakeEventAsync(HeaderEvent e, AddressRewriting rewriting)
    {
        switch (e)
        {
            case HeaderEvent.Header:
                await TakeHeaderAsync(rewriting);
                if (Headers.WrittenCount > SizeLimit) Fail(s_headerTooLong);
                return true;
            case HeaderEvent.MailboxLine:
                TakeMailboxLine(buffers.Scanner.Field);
                return true;
            default:
                if (_failure == null) await EndAsync(e, rewriting);
                return false;
        }
    }

    /// <summary>The field that is being taken.</summary>
    private HeaderField Field => _made != null ? new HeaderField(_made) : new HeaderField(buffers.Scanner);

    private async ValueTask TakeHeaderAsync(AddressRewriting rewriting)
    {
        _made = null;
        if (buffers.Scanner.IsTruncated)
            Log.Warning($"{Envelope.QueueId}: header_size_limit: {Named(Field)} is cut to {Field.Bytes.Length} bytes");
        if (Field.Name == HeaderName.Received) _hops++; // a check cannot hide a loop
        if (inspection != null && !await InspectAsync(inspection, rewriting)) return;
        Note(Field);
        if (_failure != null || settings.DropsHeader(Field.NameBytes)) return;
        RewriteContext context = request.LocalClient ? RewriteContext.Local : rewriting.Addresses.RemoteContext;
        HeaderAddressRewriter? rewriter = request.Cleanup.HasFlag(CleanupFlags.Rewrite)
            ? rewriting.Addresses.ForHeader(Field.Name, context) : null;
        if (rewriter == null || !await TryRewriteAsync(rewriter)) Line(Field.Bytes);
    }

    /// <summary>Lets checks see the field first: what they make of it is what counts. False: it is left out.</summary>
    private async ValueTask<bool> InspectAsync(ContentInspection inspection, AddressRewriting rewriting)
    {
        CheckVerdict verdict = await inspection.CheckFieldAsync(rewriting.Checks, buffers.Scanner);
        if (inspection.Failure is { } failure) Fail(failure);
        if (_failure != null || verdict.Drops) return false;
        if (buffers.Scanner.Name == HeaderName.ContentTransferEncoding && inspection.HoldsLabel) return false;
        if (verdict.Action == CheckAction.Prepend) Line(verdict.Bytes);
        if (verdict.Action == CheckAction.Replace) _made = verdict.Bytes;
        return true;
    }

    /// <summary>Writes an address header with its addresses rewritten; false when it stays as it is.</summary>
    private async ValueTask<bool> TryRewriteAsync(HeaderAddressRewriter rewriter)
    {
        HeaderRewriting addresses = buffers.Addresses;
        addresses.Find(Field.Value, rewriter, settings.HeaderTokenLimit);
        if (!addresses.IsWhole)
            Log.Warning($"{Envelope.QueueId}: header_address_token_limit: only the first addresses of {Named(Field)} are rewritten");
        await addresses.LookUpAsync(rewriter);
        if (addresses.Problem.Length > 0)
        {
            Log.Warning($"{Envelope.QueueId}: {addresses.Problem}");
            Fail(Outcome.Defer("4.3.0", "Error: address rewriting failed, try again later"));
        }
        if (!addresses.IsChanged) return false;
        ArrayBufferWriter<byte> field = _rewritten ??= new ArrayBufferWriter<byte>();
        field.ResetWrittenCount();
        HeaderField header = Field;
        int nameLength = header.Bytes.Length - header.Value.Length;
        addresses.Write(header.Value, field, nameLength);
        Headers.Write(header.Bytes[..nameLength]);
        Line(field.WrittenSpan);
        return true;
    }

    /// <summary>Facts about a field that later steps need.</summary>
    private void Note(HeaderField field)
    {
        switch (field.Name)
        {
            case HeaderName.Received:
                if (_hops > settings.HopCountLimit) Fail(Outcome.Bounce("5.4.0", "Error: too many hops") with { Code = 554 });
                break;
            case HeaderName.MessageId: _messageId = Unfold(field.Value); break;
            case HeaderName.ResentMessageId: _resentMessageId = Unfold(field.Value); break;
            case HeaderName.From: _hasFrom = true; break;
            case HeaderName.Date: _hasDate = true; break;
            case HeaderName.To or HeaderName.Cc or HeaderName.Bcc: _hasRecipientHeader = true; break;
            case HeaderName.ResentFrom: _hasResentFrom = true; break;
            case HeaderName.ResentDate: _hasResentDate = true; break;
            case HeaderName.ContentTransferEncoding: NoteEncoding(field.Value); break;
            case HeaderName.TlsRequired or HeaderName.RequireTlsEsmtp: NoteTlsWish(field); break;
            default: break;
        }
        _resent |= field.Name.Traits().HasFlag(HeaderTraits.Resent);
    }

    /// <summary>A header may declare 8-bit content where the client did not (detect_8bit_encoding_header).</summary>
    private void NoteEncoding(ReadOnlySpan<byte> value)
    {
        if (!settings.DetectsEightBit || Envelope.Body != BodyType.Unknown) return;
        value = value.Trim(" \t\n"u8);
        if (Ascii.EqualsIgnoreCase(value, "8bit"u8) || Ascii.EqualsIgnoreCase(value, "binary"u8)) Envelope.Body = BodyType.EightBitMime;
    }

    private static string Named(HeaderField field) =>
        "header field " + (field.Name != HeaderName.Other ? field.Name.Text()
            : Encoding.Latin1.GetString(field.NameBytes[..Math.Min(field.NameBytes.Length, Limits.Name)]));

    /// <summary>
    /// RFC 8689 5: tls-required = "TLS-Required:" FWS "No". The other field is our own, for programs in between that know no REQUIRETLS.
    /// </summary>
    private void NoteTlsWish(HeaderField field)
    {
        ReadOnlySpan<byte> value = field.Value.Trim(" \t\n"u8);
        if (field.Name == HeaderName.TlsRequired)
        {
            if (!settings.TakesTlsRequired) return;
            if (Ascii.EqualsIgnoreCase(value, "no"u8)) Envelope.Flags |= MessageFlags.TlsOptional;
            else Log.Warning($"{Envelope.QueueId}: ignoring malformed header: 'TLS-Required: {Unfold(field.Value)}'");
        }
        else if (settings.KeepsRequireTls && Ascii.EqualsIgnoreCase(value, "yes"u8))
        {
            Envelope.Flags |= MessageFlags.RequireTls;
            _hasRequireTls = true;
        }
    }

    /// <summary>The value as one line of text, for the log.</summary>
    private static string Unfold(ReadOnlySpan<byte> value)
    {
        const int enough = 998;
        return Encoding.Latin1.GetString(value.Trim(" \t\n"u8)[..Math.Min(enough, value.Trim(" \t\n"u8).Length)]).Replace("\n", "");
    }

    /// <summary>
    /// A mailbox separator in front of the headers is kept as a header when it came by SMTP; from the command line it is dropped.
    /// </summary>
    private void TakeMailboxLine(ReadOnlySpan<byte> line)
    {
        if (Envelope.Origin == "pickup") return;
        Headers.Write("X-Mailbox-Line: "u8);
        Line(line);
    }

    private void Line(ReadOnlySpan<byte> line)
    {
        Span<byte> room = Headers.GetSpan(line.Length + 1);
        line.CopyTo(room);
        if (settings.ReplaceStrayCr) room[..line.Length].Replace((byte)'\r', (byte)' ');
        room[line.Length] = (byte)'\n';
        Headers.Advance(line.Length + 1);
    }

    private void Fail(Outcome outcome) => _failure ??= outcome;

    /// <summary>All fields were seen: adds what is missing and logs the message id.</summary>
    private async ValueTask EndAsync(HeaderEvent how, AddressRewriting rewriting)
    {
        inspection?.EndHeader(how switch
        {
            HeaderEvent.EndAtBlankLine => HeaderEnding.BlankLine,
            HeaderEvent.EndAtOtherLine => HeaderEnding.OtherLine,
            _ => HeaderEnding.EndOfContent,
        }, Headers);
        if (IsCompleted(rewriting)) await AddMissingAsync(rewriting);
        if (!_hasRecipientHeader && settings.UndisclosedRecipients.Length > 0) Line(Encoding.UTF8.GetBytes(settings.UndisclosedRecipients));
        if (!_hasRequireTls && settings.KeepsRequireTls && (Envelope.Flags & MessageFlags.RequireTls) != 0)
            Line("Require-TLS-ESMTP: yes"u8);
        if (inspection is { IsMarked: true }) Line("MIME-Error: message header was not terminated by empty line"u8);
        Headers.Write("\n"u8);
        LogLine.Info(Envelope.QueueId)
            .Field(_resentMessageId != null ? "resent-message-id" : "message-id", _resentMessageId ?? _messageId ?? "").Send();
        _endedAtOtherLine = how == HeaderEvent.EndAtOtherLine;
        HasEnded = true;
    }

    /// <summary>Missing headers are added to what comes from here, and where the site says that it completes headers of others.</summary>
    private bool IsCompleted(AddressRewriting rewriting) =>
        request.LocalClient || settings.AlwaysAddMissingHeaders || rewriting.Addresses.RemoteContext != RewriteContext.None;

    private async ValueTask AddMissingAsync(AddressRewriting rewriting)
    {
        string prefix = _resent ? "Resent-" : "";
        DateTimeOffset arrival = DateTimeOffset.UnixEpoch.AddTicks(Envelope.ArrivalMicroseconds * 10);
        if ((_resent ? _resentMessageId : _messageId) == null)
        {
            string id = MailDate.MessageId(arrival, Envelope.QueueId, settings.MyHostname);
            Line(Encoding.UTF8.GetBytes($"{prefix}Message-Id: {id}"));
            if (_resent) _resentMessageId = id;
            else _messageId = id;
        }
        if (!(_resent ? _hasResentDate : _hasDate)) Line(Encoding.UTF8.GetBytes($"{prefix}Date: {MailDate.Format(arrival)}"));
        if (!(_resent ? _hasResentFrom : _hasFrom)) Line(Encoding.UTF8.GetBytes($"{prefix}From: {await FromValueAsync(rewriting)}"));
    }

    private async ValueTask<string> FromValueAsync(AddressRewriting rewriting)
    {
        // the sender as it will be queued; trouble with a table is met again when the envelope is rewritten
        string sender = (await rewriting.Addresses.SenderAsync(Envelope.Sender)).Address;
        string address = sender.Length > 0 ? Address.Quote822(sender) : $"MAILER-DAEMON@{settings.MyOrigin}";
        return Envelope.FullName.Length == 0 ? address : $"{EncodedWord.Phrase(Envelope.FullName)} <{address}>";
    }
}
