using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Mail;
using MtaSuite.Common.Mime;
using MtaSuite.Common.Native;

namespace MtaSuite.Cleanup;

/// <summary>What a filter says of a message.</summary>
internal enum FilterAction
{
    /// <summary>Nothing against it.</summary>
    Continue,
    /// <summary>Refused, for now or for good, with <see cref="FilterVerdict.Reply"/>.</summary>
    Refuse,
    /// <summary>Taken, and dropped without a word.</summary>
    Discard,
    /// <summary>Taken, and kept in the hold queue.</summary>
    Hold,
}

/// <summary>The verdict of one filter.</summary>
/// <param name="Reply">The reply of a refusal.</param>
/// <param name="Reason">For the log.</param>
internal readonly record struct FilterVerdict(FilterAction Action, Outcome? Reply = null, string Reason = "")
{
    /// <summary>The filter has written its own line in the log.</summary>
    public bool IsLogged { get; init; }
}

/// <summary>Whatever has a say in a message once all of its content has come.</summary>
internal interface IContentFilter
{
    /// <summary>The name in the log.</summary>
    string Name { get; }

    /// <summary>Looks at a message as the filters before it left it, and changes it.</summary>
    ValueTask<FilterVerdict> FilterAsync(EditableMessage message);
}

/// <summary>
/// A message all of whose content has come, and whose queue file is not finished: envelope, header section and body can still be changed.
/// An edit that fails makes the whole message fail, for now.
/// </summary>
internal sealed class EditableMessage(CleanupService service, SubmitRequest request, HeaderSection headers, QueueFileWriter file,
    LinkStream? stream = null)
{
    private HeaderFields? _fields;
    private List<MilterHandover>? _handedOver;
    private Outcome? _failure;
    private MilterFieldChecks? _fieldChecks;

    /// <summary>The envelope, to look at.</summary>
    public Envelope Envelope => request.Envelope;

    private CleanupFlags Flags => request.Cleanup;

    /// <summary>The fields of the header section.</summary>
    public HeaderFields Header => _fields ??= new HeaderFields(headers.Fields);

    /// <summary>Bytes of the body.</summary>
    public long BodyLength => file.BodyLength;

    /// <summary>The message is taken and dropped.</summary>
    public bool IsDiscarded { get; private set; }

    /// <summary>An edit failed: the message cannot be accepted.</summary>
    public bool HasFailed => _failure != null;

    /// <summary>A filter or a check refused the message, and has logged that.</summary>
    public bool IsFiltered { get; private set; }

    /// <summary>milter_header_checks refused or dropped the message: what its milters say of it counts no more.</summary>
    public bool IsEndedByChecks => _fieldChecks is { Effects.Failure: not null };

    /// <summary>Bit for bit the milters of smtpd that can go on with their session; all, as long as none was spoken to.</summary>
    public long MiltersInStep { get; private set; } = -1;

    /// <summary>Bit for bit those that need a new connection for the next message.</summary>
    public long MiltersToReopen { get; private set; }

    // ---- filters ---------------------------------------------------------------------------------------------------

    /// <summary>
    /// Applies what the submitter decided, then asks all filters in their order. Null, or the failure that the message is refused with.
    /// </summary>
    /// <param name="decided">A <see cref="SubmitEnd"/>, encoded; empty: nothing.</param>
    public async ValueTask<Outcome?> EditAsync(byte[] decided)
    {
        if (decided.Length > 0) await ApplyAsync(decided);
        for (int i = 0; i < service.Filters.Count && _failure == null && !IsDiscarded; i++)
            await AskAsync(service.Filters[i]);
        if (_handedOver is { Count: > 0 } && _failure == null && !IsDiscarded) await AskMiltersAsync(_handedOver);
        if (IsForLocalMilters(request) && service.Milters.NonSmtpd.Count > 0 && _failure == null && !IsDiscarded)
            await AskAsync(new MilterFilter(service));
        if (_failure == null && Envelope.Recipients.Count == 0) IsDiscarded = true; // a filter took all of them out
        if (_fields is { IsChanged: true })
        {
            headers.Replace(_fields.ToSection());
            file.IsChanged = true;
        }
        return _failure;
    }

    private async ValueTask ApplyAsync(byte[] decided)
    {
        SubmitEnd end = new();
        if (!AttributeDecoder.TryDecode(decided, end) || !request.MayChange)
        {
            _failure = Outcome.Defer("4.3.0", "bad end of submission");
            return;
        }
        if (end.Hold) Hold();
        if (end.Filter.Length > 0) SetContentFilter(end.Filter);
        if (end.Redirect.Length > 0) Redirect(end.Redirect);
        foreach (string copy in end.Copies) await AddRecipientAsync(copy, Notify.Never);
        _handedOver = end.Milters;
    }

    /// <summary>
    /// It did not come by SMTP: milters hear of it in cleanup alone. smtpd speaks to those of its clients' mail itself, but not to those of
    /// its notices.
    /// </summary>
    internal static bool IsForLocalMilters(SubmitRequest request) => request.Cleanup.HasFlag(CleanupFlags.Milters)
        && (request.Envelope.Origin != "smtpd" || (request.Envelope.Flags & MessageFlags.Notice) != 0);

    /// <summary>Goes on with the milters of smtpd, whose connections came along.</summary>
    private async ValueTask AskMiltersAsync(List<MilterHandover> milters)
    {
        FileDescriptor[] descriptors = stream?.TakeDescriptors() ?? [];
        if (descriptors.Length != milters.Count)
        {
            FileDescriptor.DisposeAll(descriptors);
            _failure = Outcome.Defer("4.3.0", "milters without their connections");
            return;
        }
        MilterFilter filter = new(service.Loop, milters, descriptors);
        // header_checks may have had enough of checks of any kind (PASS, REDIRECT)
        if (Flags.HasFlag(CleanupFlags.Milters)) await AskAsync(filter);
        else await filter.SkipAsync();
        (MiltersInStep, MiltersToReopen) = (filter.InStep, filter.ToReopen);
    }

    private async ValueTask AskAsync(IContentFilter filter)
    {
        FilterVerdict verdict = await filter.FilterAsync(this);
        switch (verdict.Action)
        {
            case FilterAction.Refuse:
                IsFiltered = _failure == null && verdict.IsLogged;
                _failure ??= verdict.Reply ?? Outcome.Defer("4.7.1", "Service unavailable - try again later");
                break;
            case FilterAction.Discard:
                if (!verdict.IsLogged) Log.Info($"{Envelope.QueueId}: discard: END-OF-MESSAGE by {filter.Name}: {verdict.Reason}");
                IsDiscarded = true;
                break;
            case FilterAction.Hold:
                Log.Info($"{Envelope.QueueId}: hold: END-OF-MESSAGE by {filter.Name}: {verdict.Reason}");
                Hold();
                break;
            default: break;
        }
    }

    // ---- edits -----------------------------------------------------------------------------------------------------

    /// <summary>Asks milter_header_checks about a field that a milter wants.</summary>
    /// <param name="field">With its last line end.</param>
    /// <returns>What is to stand in the header; null: nothing.</returns>
    public async ValueTask<byte[]?> CheckMilterFieldAsync(byte[] field)
    {
        CheckTable table = service.Rewriting.MilterFields;
        if (table.IsEmpty || _failure != null) return field;
        CheckEffects effects = (_fieldChecks ??= new MilterFieldChecks(request, file)).Effects;
        CheckVerdict verdict = await _fieldChecks.CheckAsync(table, field.AsMemory(0, field.Length - 1));
        foreach (string copy in effects.Copies) await AddRecipientAsync(copy, Notify.Never);
        effects.Copies.Clear();
        if (effects.Failure == CheckEffects.Discarded) IsDiscarded = true;
        else if (effects.Failure is { } failure) (_failure, IsFiltered) = (failure, failure != QueueFileWriter.WriteError);
        return verdict.Drops ? null : verdict.Action == CheckAction.Replace ? [.. verdict.Bytes, (byte)'\n'] : field;
    }

    /// <summary>The message goes to the hold queue.</summary>
    public void Hold()
    {
        Envelope.Flags |= MessageFlags.Hold;
        file.IsChanged = true;
    }

    /// <summary>The message goes to a content filter, <c>transport:nexthop</c>.</summary>
    public void SetContentFilter(string filter)
    {
        Envelope.Filter = filter;
        file.IsChanged = true;
    }

    /// <summary>The message goes to this address instead of its recipients.</summary>
    public void Redirect(string address)
    {
        Envelope.Redirect = address;
        file.IsChanged = true;
    }

    /// <summary>Changes the envelope sender; it is rewritten as the submitted one was.</summary>
    public async ValueTask ChangeSenderAsync(string sender)
    {
        if (_failure != null) return;
        file.IsChanged = true;
        _failure = await service.Rewriting.Envelopes.ChangeSenderAsync(Envelope, sender, Flags);
    }

    /// <summary>Adds a recipient; the address is rewritten and its aliases expanded as those of the submitted ones were.</summary>
    /// <param name="dsnOriginal">ORCPT; empty: none.</param>
    public async ValueTask AddRecipientAsync(string address, Notify notify = default, string dsnOriginal = "")
    {
        if (_failure != null) return;
        file.IsChanged = true;
        EnvelopeRecipient recipient = new() { Address = address, Notify = notify, DsnOriginal = dsnOriginal };
        _failure = await service.Rewriting.Envelopes.AddRecipientAsync(Envelope, recipient, Flags);
    }

    /// <summary>Takes recipients out: those with this address, and those that it led to. False when there are none.</summary>
    public bool DeleteRecipient(string address)
    {
        int deleted = Envelope.Recipients.RemoveAll(r => IsSame(r.Address, address) || IsSame(r.Original, address));
        file.IsChanged |= deleted > 0;
        return deleted > 0;
    }

    private static bool IsSame(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    // ---- body ------------------------------------------------------------------------------------------------------

    /// <summary>
    /// Reads from the body. The number of bytes, 0 at its end; a body that cannot be read makes the message fail, and ends too.
    /// </summary>
    /// <param name="position">From the start of the body, bytes.</param>
    public async ValueTask<int> ReadBodyAsync(long position, Memory<byte> target)
    {
        int n = await file.ReadBodyAsync(position, target);
        if (n < 0) _failure ??= Outcome.Defer("4.3.0", "queue file read error");
        return Math.Max(0, n);
    }

    /// <summary>Drops the body, for <see cref="AppendToBodyAsync"/> to write another one.</summary>
    public ValueTask RestartBodyAsync() => file.RestartBodyAsync();

    /// <summary>Appends to the body, lines ending in LF.</summary>
    public async ValueTask AppendToBodyAsync(ReadOnlyMemory<byte> data)
    {
        if (_failure != null) return;
        file.IsChanged = true;
        file.Append(data.Span);
        if (service.Settings.MessageSizeLimit > 0 && headers.Fields.Length + BodyLength > service.Settings.MessageSizeLimit)
            _failure = SubmitReply.TooBig;
        if (_failure != null || file.Buffer.WrittenCount < QueueFileWriter.PieceSize) return;
        _failure = await file.WrittenAsync();
        if (_failure == null) file.WritePiece();
    }
}
