using System.Buffers;
using System.Text;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Milter;
using MtaSuite.Common.Milter.Client;
using MtaSuite.Common.Smtp;

namespace MtaSuite.Cleanup;

/// <summary>
/// Applies what a milter changes at the end of a message. Header fields are counted as Postfix does: a change or a deletion counts those
/// that the milter saw, an insertion all that there are; milter_header_checks looks at each that comes to be. Content comes with CR LF
/// and is stored with LF.
/// </summary>
internal sealed class MilterEdits(EditableMessage message, bool exactValues) : IMilterEdits
{
    /// <summary>More changes of one message than that, or more bytes of header fields, are an attack or a fault.</summary>
    private const int MaxEdits = 10_000, MaxHeaderBytes = 1024 * 1024;
    private readonly ArrayBufferWriter<byte> _body = new();
    private MilterReply _kind;
    private uint _index;
    private string _name = "";
    private byte[] _value = [];
    private int _edits, _headerBytes;
    private bool _replaces, _finished, _endedInCr, _endsLine = true;

    public bool IsDamaged => _replaces && !_finished;

    public bool TryTake(in MilterResponse edit)
    {
        (_kind, _index) = (edit.Kind, edit.Index);
        if (_kind == MilterReply.ReplaceBody)
        {
            TakeBody(edit.Value);
            return true;
        }
        bool isField = _kind is MilterReply.AddHeader or MilterReply.InsertHeader or MilterReply.ChangeHeader;
        _name = Encoding.UTF8.GetString(edit.Name);
        _value = edit.Value.ToArray();
        if (isField) _headerBytes += _name.Length + _value.Length;
        return ++_edits <= MaxEdits && _headerBytes <= MaxHeaderBytes && _index <= int.MaxValue - 1
            && (!isField || HeaderFields.IsName(_name));
    }

    /// <summary>Ends lines in LF; a CR at the end of a piece waits for what follows.</summary>
    private void TakeBody(ReadOnlySpan<byte> content)
    {
        _body.ResetWrittenCount();
        while (!content.IsEmpty)
        {
            if (_endedInCr && content[0] != '\n') _body.Write("\r"u8);
            _endedInCr = false;
            int cr = content.IndexOf((byte)'\r');
            ReadOnlySpan<byte> plain = cr < 0 ? content : content[..cr];
            _body.Write(plain);
            if (!plain.IsEmpty) _endsLine = plain[^1] == '\n';
            _endedInCr = cr >= 0;
            content = cr < 0 ? default : content[(cr + 1)..];
        }
    }

    public async ValueTask ApplyAsync()
    {
        switch (_kind)
        {
            case MilterReply.AddHeader:
                await InsertAsync(message.Header.Count);
                break;
            case MilterReply.InsertHeader:
                await InsertAsync((int)_index);
                break;
            case MilterReply.ChangeHeader:
                await ChangeAsync((int)Math.Max(_index, 1));
                break;
            case MilterReply.ChangeSender:
                await ChangeSenderAsync();
                break;
            case MilterReply.AddRecipient or MilterReply.AddRecipientWithArguments:
                await AddRecipientAsync();
                break;
            case MilterReply.DeleteRecipient:
                if (TryAddress("drop", out string gone)) message.DeleteRecipient(gone);
                break;
            default:
                if (!_replaces) await message.RestartBodyAsync();
                _replaces = true;
                await message.AppendToBodyAsync(_body.WrittenMemory);
                break;
        }
    }

    private async ValueTask InsertAsync(int index)
    {
        if (await FieldAsync() is { } field) message.Header.Insert(index, field);
    }

    /// <summary>An empty value deletes the field; one that is not there is added. One that a check leaves out stays as it was.</summary>
    private async ValueTask ChangeAsync(int number)
    {
        if (_value.Length == 0) message.Header.TryDelete(_name, number);
        else if (await FieldAsync() is { } field && !message.Header.TryChange(_name, number, field))
            message.Header.Insert(message.Header.Count, field);
    }

    /// <summary>The field that the milter wants, as milter_header_checks has it; null: none.</summary>
    private ValueTask<byte[]?> FieldAsync() => message.CheckMilterFieldAsync(HeaderFields.Make(_name, _value, exactValues));

    public async ValueTask<bool> FinishAsync()
    {
        if (_replaces)
        {
            _body.ResetWrittenCount();
            if (_endedInCr) _body.Write("\r"u8);
            if (_endedInCr || !_endsLine) _body.Write("\n"u8);
            if (_body.WrittenCount > 0) await message.AppendToBodyAsync(_body.WrittenMemory);
        }
        _finished = true;
        return !message.HasFailed || message.IsEndedByChecks;
    }

    // ---- envelope --------------------------------------------------------------------------------------------------

    private bool TryAddress(string what, out string address)
    {
        SmtpPathOptions options = new(Strict: false, AllowUtf8: true, AllowEmpty: true);
        byte[] text = Encoding.UTF8.GetBytes(_name.Trim());
        if (SmtpPath.TryParse(text, options, out address, out _, out _)) return true;
        Log.Warning($"{message.Envelope.QueueId}: Milter request to {what} bad address: \"{_name}\"");
        return false;
    }

    private async ValueTask ChangeSenderAsync()
    {
        if (!TryAddress("change sender to", out string sender)) return;
        SmtpReply error = MailParameters.Parse(_value, EsmtpFeatures.Dsn | EsmtpFeatures.SmtpUtf8, out MailParameters parameters);
        if (!error.IsNone) WarnOfArguments("CHGFROM");
        else if (_value.Length > 0)
        {
            message.Envelope.Return = parameters.Return;
            message.Envelope.EnvelopeId = parameters.EnvelopeId ?? "";
        }
        await message.ChangeSenderAsync(sender);
    }

    private async ValueTask AddRecipientAsync()
    {
        if (!TryAddress("add", out string address)) return;
        if (address.Length == 0)
        {
            Log.Warning($"{message.Envelope.QueueId}: ignoring attempt from Milter to add null recipient");
            return;
        }
        SmtpReply error = RcptParameters.Parse(_value, EsmtpFeatures.Dsn | EsmtpFeatures.SmtpUtf8, out RcptParameters parameters);
        if (!error.IsNone) WarnOfArguments("ADDRCPT");
        await message.AddRecipientAsync(address, parameters.Notify, parameters.OriginalRecipient ?? "");
    }

    private void WarnOfArguments(string request) =>
        Log.Warning($"{message.Envelope.QueueId}: {request}: ignoring ESMTP arguments \"{Encoding.UTF8.GetString(_value)}\"");
}
