using MtaSuite.Common.Mail;
using MtaSuite.Relay.Settings;

namespace MtaSuite.Relay.Sessions;

/// <summary>Reads the replies to the commands up to DATA, and says what they mean for the recipients.</summary>
internal sealed class EnvelopeReplies(SmtpChat chat, CommandPipeline pipeline, EnvelopeCommands commands)
{
    /// <summary>Writes the rest of the commands and reads the replies, up to the one to DATA. False: the session is over.</summary>
    public async ValueTask<bool> ExchangeAsync(MailTransaction t)
    {
        while (true)
        {
            if (!commands.Write(t)) return false;
            if (!pipeline.TryTake(out PipelinedCommand command)) return true;
            // where only the recipients are asked about, the replies to RCPT are the outcomes
            bool isOutcome = command.Transaction is { IsVerifyOnly: true } && command.Step is SmtpStep.Recipient or SmtpStep.Data;
            if (!await chat.ReadReplyAsync(command.Step, TimeoutOf(command.Step), keepText: isOutcome)) return false;
            if (!Take(command)) return false;
        }
    }

    private TimeSpan TimeoutOf(SmtpStep step)
    {
        StepTimeouts timeouts = chat.Settings.Timeouts;
        return step switch
        {
            SmtpStep.Mail => timeouts.Mail,
            SmtpStep.Recipient => timeouts.Recipient,
            SmtpStep.Data => timeouts.DataInit,
            SmtpStep.Reset => timeouts.Reset,
            SmtpStep.Xforward => timeouts.Xforward,
            _ => timeouts.DataDone,
        };
    }

    private Outcome Refusal(SmtpStep step) => chat.Reply.Refusal(chat.Target, step);

    /// <summary>Takes the reply to one command. False: the session is over.</summary>
    private bool Take(PipelinedCommand command)
    {
        MailTransaction t = command.Transaction;
        Reply reply = chat.Reply;
        // only DATA may be answered so: the replies are out of step
        if (reply.IsIntermediate && command.Step != SmtpStep.Data) return chat.FailProtocol(command.Step);
        switch (command.Step)
        {
            case SmtpStep.Mail when !reply.IsGood:
                t.IsMailRefused = true;
                t.FailAll(Refusal(SmtpStep.Mail));
                break;
            case SmtpStep.Recipient when t.IsMailRefused:
                t.IsOutOfOrder |= reply.IsGood; // otherwise: the reply to MAIL said it already
                break;
            case SmtpStep.Recipient when reply.IsGood && commands.EndsAtRecipients(t):
                t.Deliver(command.Recipient!, reply.Acceptance(chat.Target));
                break;
            case SmtpStep.Recipient when reply.IsGood:
                t.Accepted++;
                command.Recipient!.IsAccepted = true;
                break;
            case SmtpStep.Recipient:
                t.Fail(command.Recipient!, Refusal(SmtpStep.Recipient));
                break;
            case SmtpStep.Data:
                return TakeData(t);
            case SmtpStep.Reset when !reply.IsGood:
                t.FailAll(Refusal(SmtpStep.Reset));
                return false;
        }
        return !reply.IsClosing || chat.FailClosed(Refusal(command.Step));
    }

    private bool TakeData(MailTransaction t)
    {
        t.IsDataReady = chat.Reply.Code == 354;
        // a good reply that is not 354 belongs to another command: the replies are out of step
        if (chat.Reply.IsGood) return chat.FailProtocol(SmtpStep.Data);
        if (!t.IsDataReady && t.Accepted > 0) t.FailAccepted(Refusal(SmtpStep.Data));
        if (t is { IsDataReady: true, IsVerifyOnly: true }) return EndProbe(t);
        return !chat.Reply.IsClosing || chat.FailClosed(Refusal(SmtpStep.Data));
    }

    /// <summary>The server would take content. There is none, not as much as a dot: the connection ends here.</summary>
    private bool EndProbe(MailTransaction t)
    {
        t.DeliverAccepted(chat.Reply.Acceptance(chat.Target));
        return chat.Fail(FailureKind.Closed, "4.4.2", "session closed");
    }
}
