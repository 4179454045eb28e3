using MtaSuite.Common.Hosting;

namespace MtaSuite.Qmgr;

/// <summary>The queue manager: decides when each message is delivered, and by which agent.</summary>
public static class Program
{
    private const string Manual = """
        NAME
            qmgr - the queue manager

        SYNOPSIS
            started by master

        DESCRIPTION
            Decides how and when each recipient of each queued message is delivered, sends requests to the delivery agents within the
            limits of their transports and destinations, and acts on the outcomes: removes finished messages, reports permanent failures,
            and retries after temporary ones. After a crash it reads the queue's folders again.

        PARAMETERS
            Described in docs/SCHEDULER.md.
            qmgr_message_active_limit, qmgr_message_recipient_limit, qmgr_message_recipient_minimum, qmgr_clog_warn_time
            initial_destination_concurrency, default_destination_concurrency_limit, default_destination_concurrency_positive_feedback,
            default_destination_concurrency_negative_feedback, default_destination_concurrency_failed_cohort_limit,
            destination_concurrency_feedback_debug, default_destination_recipient_limit, default_destination_rate_delay,
            default_transport_rate_delay, default_destination_rate, default_sender_rate, default_delivery_slot_cost,
            default_delivery_slot_loan, default_delivery_slot_discount, default_minimum_delivery_slots; all with the transport's name
            instead of default_ for one transport
            queue_run_delay, minimal_backoff_time, maximal_backoff_time, maximal_queue_lifetime, bounce_queue_lifetime, retry_maps,
            delay_warning_time, confirm_delay_cleared, transport_retry_time, defer_transports, soft_bounce
            fast_flush_domains, authorized_flush_users, default_filter_nexthop

        STANDARDS
            RFC 5321 4.5.4 (retry strategies), RFC 3461 (delivery status notifications)

        EXIT STATUS
            0 done, 75 try later, 78 bad configuration, 70 bug

        """;

    public static int Main(string[] args)
    {
        return ServiceHost.Run(args, new ServiceSpec
        {
            Name = "qmgr",
            Manual = Manual,
            Resident = true,
            Start = context => new QmgrService(context),
        });
    }
}
