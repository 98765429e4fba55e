using System.Collections.Frozen;

namespace Pawl.Web.Wire;

/// <summary>The stable codes of errors: the one place that says which status and title each has.</summary>
internal static class Codes
{
    private static readonly FrozenDictionary<string, (int Status, string Title)> Known = new Dictionary<string, (int, string)>
    {
        ["body_required"] = (400, "A body is needed"),
        ["json_invalid"] = (400, "Not JSON"),
        ["json_too_deep"] = (400, "JSON nested too deep"),
        ["json_duplicate_key"] = (400, "A member twice"),
        ["encoding_invalid"] = (400, "Not UTF-8"),
        ["unknown_field"] = (400, "Unknown member"),
        ["required"] = (400, "Something is missing"),
        ["type_mismatch"] = (400, "Wrong kind of value"),
        ["out_of_range"] = (400, "Out of range"),
        ["name_invalid"] = (400, "Not a name"),
        ["too_many"] = (400, "Too many"),
        ["time_invalid"] = (400, "Not a time"),
        ["too_far"] = (400, "Too far ahead"),
        ["duration_invalid"] = (400, "Not a length of time"),
        ["key_invalid"] = (400, "Not a key"),
        ["batch_size"] = (400, "Wrong size of batch"),
        ["cursor_invalid"] = (400, "Not a cursor of this list"),
        ["sort_invalid"] = (400, "Cannot be sorted by that"),
        ["filter_invalid"] = (400, "Not a query"),
        ["regex_not_supported"] = (400, "No regular expressions"),
        ["progress_invalid"] = (400, "Not a progress"),
        ["artifact_mismatch"] = (400, "Not the announced artifact"),
        ["cron_invalid"] = (400, "Not a cron expression"),
        ["zone_unknown"] = (400, "Unknown time zone"),
        ["token_in_url"] = (400, "A key in the address"),
        ["event_id_invalid"] = (400, "Not an event id"),
        ["topic_invalid"] = (400, "Not a topic"),
        ["url_invalid"] = (400, "Not an address"),
        ["unauthenticated"] = (401, "Who are you?"),
        ["forbidden"] = (403, "Not allowed"),
        ["origin_not_allowed"] = (403, "Not from that page"),
        ["not_found"] = (404, "Not found"),
        ["worker_unknown"] = (404, "Unknown worker"),
        ["method_not_allowed"] = (405, "Wrong verb"),
        ["request_timeout"] = (408, "Too slow"),
        ["idempotency_conflict"] = (409, "The key belongs to another request"),
        ["already_final"] = (409, "Ended already"),
        ["not_final"] = (409, "Not ended yet"),
        ["not_editable"] = (409, "Cannot be changed now"),
        ["not_retryable"] = (409, "The error is permanent"),
        ["already_succeeded"] = (409, "Succeeded already"),
        ["not_dismissable"] = (409, "Cannot be dismissed"),
        ["unique_key_in_use"] = (409, "The unique key is in use"),
        ["lock_held"] = (409, "The concurrency key is held"),
        ["lease_lost"] = (409, "The lease has ended"),
        ["cancel_not_requested"] = (409, "Nobody asked for a stop"),
        ["draining"] = (409, "The worker drains"),
        ["bulk_too_many"] = (409, "More jobs than expected"),
        ["recovery_running"] = (409, "A recovery runs"),
        ["declared_in_code"] = (409, "Declared in code"),
        ["name_taken"] = (409, "The name is taken"),
        ["not_awaiting_approval"] = (409, "Waits for no approval"),
        ["id_reused"] = (409, "The id was used before"),
        ["last_admin_key"] = (409, "The last admin key"),
        ["gone"] = (410, "Gone"),
        ["row_version_mismatch"] = (412, "Changed in the meantime"),
        ["checkpoint_older"] = (412, "An older checkpoint"),
        ["log_incomplete"] = (412, "The log is not whole"),
        ["payload_too_large"] = (413, "Too large"),
        ["checkpoint_too_large"] = (413, "Checkpoint too large"),
        ["result_too_large"] = (413, "Result too large"),
        ["artifact_too_large"] = (413, "Artifact too large"),
        ["log_too_large"] = (413, "Log too large"),
        ["too_many_keys"] = (413, "Too many keys"),
        ["media_type_unsupported"] = (415, "Unsupported media type"),
        ["encoding_unsupported"] = (415, "Unsupported encoding"),
        ["range_invalid"] = (416, "Beyond the end"),
        ["log_offset"] = (416, "Not at the end of the log"),
        ["host_not_allowed"] = (421, "Not this server's name"),
        ["type_unknown"] = (422, "Unknown job type"),
        ["payload_invalid"] = (422, "The payload does not fit"),
        ["result_invalid"] = (422, "The result does not fit"),
        ["dependency_cycle"] = (422, "A circle of dependencies"),
        ["dependency_missing"] = (422, "A dependency is missing"),
        ["cron_never"] = (422, "Never fires"),
        ["too_frequent"] = (422, "Too frequent"),
        ["depth_exceeded"] = (422, "Too many levels"),
        ["plan_invalid"] = (422, "The plan has faults"),
        ["url_not_allowed"] = (422, "Address not allowed"),
        ["protocol_too_old"] = (426, "Protocol too old"),
        ["precondition_required"] = (428, "If-Match is needed"),
        ["too_many_requests"] = (429, "Too many requests"),
        ["too_many_streams"] = (429, "Too many streams"),
        ["header_too_large"] = (431, "Headers too large"),
        ["internal"] = (500, "An error of the server"),
        ["storage_unavailable"] = (503, "The store does not answer"),
        ["storage_full"] = (503, "The store is full"),
        ["storage_readonly"] = (503, "The store cannot be written"),
        ["waiting_for_schema"] = (503, "The tables are not there yet"),
        ["overloaded"] = (503, "Overloaded"),
        ["shutting_down"] = (503, "Shutting down"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>All codes, in the order of their status.</summary>
    public static IEnumerable<(string Code, int Status)> All =>
        Known.Select(pair => (pair.Key, pair.Value.Status)).OrderBy(code => code.Status).ThenBy(code => code.Key, StringComparer.Ordinal);

    /// <summary>Whether a code may be told to a caller.</summary>
    public static bool Has(string code) => Known.ContainsKey(code);

    /// <summary>The HTTP status of a code; 500 for one that is not for callers.</summary>
    public static int Status(string code) => Known.TryGetValue(code, out var known) ? known.Status : 500;

    /// <summary>A few words for people.</summary>
    public static string Title(string code) => Known.TryGetValue(code, out var known) ? known.Title : Known["internal"].Title;

    /// <summary>The code a caller sees for one of the engine: what only differs in the cause of an outage is one to him.</summary>
    public static string Public(string code) => code switch
    {
        _ when Known.ContainsKey(code) => code,
        "not_leader" => "overloaded",
        "recovery_limit" or "not_approved" => "not_retryable",
        _ when code.StartsWith("storage_", StringComparison.Ordinal) => "storage_unavailable",
        _ when code.StartsWith("schema_", StringComparison.Ordinal) => "waiting_for_schema",
        _ => "internal",
    };
}
