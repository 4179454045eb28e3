using MtaSuite.Common.Config.Params;

namespace MtaSuite.Tools.Check;

/// <summary>
/// Names of parameters that Postfix had once, has in a later release than ours, or has only with a patch: they change nothing here, and a
/// site that has them in
/// main.cf runs all the same. Names that are old spellings of others are in <see cref="RetiredParams"/>.
/// </summary>
public static class ForeignNames
{
    /// <summary>Taken away: the release that no longer has it, and what to set instead, if anything.</summary>
    private static readonly Dictionary<string, (string Release, string Instead)> Retired = new(StringComparer.Ordinal)
    {
        ["client_connection_rate_service_name"] = ("2.1", "anvil_service_name"),
        ["enable_errors_to"] = ("2.2", ""),
        ["extract_recipient_limit"] = ("2.1", ""),
        ["lmtp_cache_connection"] = ("2.3", "lmtp_connection_cache_on_demand"),
        ["mailbox_defer_errors"] = ("2.1", ""),
        ["maildir_defer_errors"] = ("2.1", ""),
        ["sender_based_routing"] = ("2.3", "sender_dependent_relayhost_maps"),
        ["smtp_skip_4xx_greeting"] = ("2.1", ""),
        ["smtp_tls_cipherlist"] = ("2.3", "smtp_tls_mandatory_ciphers"),
        ["smtpd_sasl_application_name"] = ("2.3", "smtpd_sasl_path"),
        ["smtpd_tls_cipherlist"] = ("2.3", "smtpd_tls_mandatory_ciphers"),
        ["tls_dane_digest_agility"] = ("3.2", ""),
        ["tls_dane_trust_anchor_digest_enable"] = ("3.2", ""),
        ["tlsproxy_tls_session_cache_timeout"] = ("2.11", "smtpd_tls_session_cache_timeout"),
    };

    /// <summary>New in Postfix 3.12.</summary>
    private static readonly HashSet<string> Newer =
        [.. ("lmtp_tls_loglevel_maps lmtp_tls_trace_size_limit postscreen_starttls_timeout smtp_tls_loglevel_maps"
        + " smtp_tls_trace_size_limit smtpd_tls_loglevel_maps smtpd_tls_trace_size_limit socketmap_max_query_size tls_trace_rate_limit"
        + " tls_trust_server_ccerts").Split(' '),
        .. ("CAfile CApath always_issue_session_ids ask_ccert ccert_verifydepth cert_file chain_files ciphers dcert_file"
        + " dh1024_param_file dh512_param_file dkey_file eccert_file eckey_file eecdh_grade enable_rpk exclude_ciphers"
        + " fingerprint_digest key_file loglevel loglevel_maps mandatory_ciphers mandatory_exclude_ciphers mandatory_protocols"
        + " protocols req_ccert trace_size_limit").Split(' ').Select(suffix => $"postscreen_tls_{suffix}")];

    /// <summary>The quota patch for virtual mailboxes, which older tutorials build upon.</summary>
    private static readonly HashSet<string> Patched =
        [.. ("virtual_create_maildirsize virtual_mailbox_extended virtual_mailbox_limit_inbox virtual_mailbox_limit_maps"
        + " virtual_mailbox_limit_override virtual_maildir_extended virtual_maildir_filter virtual_maildir_filter_maps"
        + " virtual_maildir_limit_message virtual_maildir_limit_message_maps virtual_maildir_suffix virtual_overquota_bounce"
        + " virtual_trash_count virtual_trash_name").Split(' ')];

    /// <summary>Why a name changes nothing, or null where it is none of these.</summary>
    public static string? Reason(string name)
    {
        if (Retired.TryGetValue(name, out (string Release, string Instead) gone))
            return $"Postfix has not had it since {gone.Release}" + (gone.Instead.Length > 0 ? $"; instead, specify \"{gone.Instead}\""
                : "");
        if (Newer.Contains(name)) return "it is new in Postfix 3.12 and has no effect here yet";
        if (Patched.Contains(name)) return "it belongs to a patch of Postfix (virtual quotas) and has no effect here";
        // the manual lists this function among the parameters
        return name == "domain_to_ascii" ? "it is a function for values, not a parameter" : null;
    }
}
