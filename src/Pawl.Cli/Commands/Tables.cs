using Pawl.Cli.Output;

namespace Pawl.Cli.Commands;

/// <summary>The columns of each noun, fixed.</summary>
internal static class Tables
{
    public static readonly Column[] Jobs =
    [
        new("ID", "id"),
        new("TYPE", "type") { Elastic = true },
        new("QUEUE", "queue") { Elastic = true },
        new("STATE", "state"),
        new("WHY", "not_running_because") { Elastic = true },
        new("PRIORITY", "priority") { Holds = Holds.Number },
        new("ATTEMPT", "attempt") { Holds = Holds.Number },
        new("DONE", "progress.fraction") { Holds = Holds.Share },
        new("CREATED", "created_at") { Holds = Holds.Time },
        new("RUN AT", "run_at") { Holds = Holds.Time, Wide = true },
        new("ENDED", "ended_at") { Holds = Holds.Time, Wide = true },
        new("UNIQUE KEY", "unique_key") { Wide = true },
        new("TAGS", "tags") { Holds = Holds.List, Wide = true },
        new("ERROR", "error.message") { Elastic = true, Wide = true },
    ];

    public static readonly Column[] Attempts =
    [
        new("ATTEMPT", "attempt") { Holds = Holds.Number },
        new("OUTCOME", "outcome"),
        new("WORKER", "worker_id"),
        new("STARTED", "started_at") { Holds = Holds.Time },
        new("WAITED", "wait_ms") { Holds = Holds.Milliseconds },
        new("RAN", "run_ms") { Holds = Holds.Milliseconds },
        new("RULE", "rule"),
        new("ERROR", "error.message") { Elastic = true },
        new("LOG BYTES", "log_bytes") { Holds = Holds.Number, Wide = true },
    ];

    public static readonly Column[] Events =
    [
        new("SEQ", "seq"),
        new("AT", "at") { Holds = Holds.Time },
        new("KIND", "kind"),
        new("ATTEMPT", "attempt") { Holds = Holds.Number },
        new("FROM", "from"),
        new("TO", "to"),
        new("ACTOR", "actor") { Elastic = true },
        new("REASON", "reason") { Elastic = true },
        new("TITLE", "title") { Elastic = true },
        new("DATA", "data") { Wide = true },
    ];

    public static readonly Column[] Artifacts =
    [
        new("NAME", "name"),
        new("BYTES", "bytes") { Holds = Holds.Number },
        new("MEDIA TYPE", "media_type") { Elastic = true },
        new("ATTEMPT", "attempt") { Holds = Holds.Number },
        new("CREATED", "created_at") { Holds = Holds.Time },
        new("SHA256", "sha256") { Wide = true },
    ];

    public static readonly Column[] JobItems =
    [
        new("DATASET", "dataset") { Elastic = true },
        new("KEY", "key"),
        new("OUTCOME", "outcome"),
        new("ATTEMPT", "attempt") { Holds = Holds.Number },
        new("AT", "at") { Holds = Holds.Time },
        new("ERROR", "error.message") { Elastic = true },
    ];

    public static readonly Column[] Reasons =
    [
        new("CODE", "code"),
        new("TITLE", "title") { Elastic = true },
        new("DETAIL", "detail") { Elastic = true },
        new("UNTIL", "until") { Holds = Holds.Time },
    ];

    public static readonly Column[] Bulk =
    [
        new("ID", "id"),
        new("ACTION", "action"),
        new("STATE", "state"),
        new("TOTAL", "total") { Holds = Holds.Number },
        new("DONE", "done") { Holds = Holds.Number },
        new("CHANGED", "changed") { Holds = Holds.Number },
        new("SKIPPED", "skipped") { Holds = Holds.Number },
        new("FAILED", "failed") { Holds = Holds.Number },
        new("QUERY", "query") { Elastic = true },
        new("CREATED", "created_at") { Holds = Holds.Time },
        new("BY", "requested_by") { Wide = true },
    ];

    public static readonly Column[] Failures =
    [
        new("FINGERPRINT", "fingerprint"),
        new("JOBS", "jobs") { Holds = Holds.Number },
        new("DEAD", "dead") { Holds = Holds.Number },
        new("ATTEMPTS", "attempts") { Holds = Holds.Number, Wide = true },
        new("CATEGORY", "category"),
        new("CODE", "code") { Elastic = true },
        new("LAST SEEN", "last_seen") { Holds = Holds.Time },
        new("FIRST SEEN", "first_seen") { Holds = Holds.Time, Wide = true },
        new("TYPES", "types") { Holds = Holds.List, Elastic = true },
        new("MESSAGE", "message") { Elastic = true },
    ];

    public static readonly Column[] Queues =
    [
        new("NAME", "name") { Elastic = true },
        new("QUEUED", "depth.queued") { Holds = Holds.Number },
        new("RUNNABLE", "runnable") { Holds = Holds.Number },
        new("RUNNING", "running") { Holds = Holds.Number },
        new("SCHEDULED", "depth.scheduled") { Holds = Holds.Number },
        new("BLOCKED", "depth.blocked") { Holds = Holds.Number, Wide = true },
        new("OLDEST", "oldest_runnable_ms") { Holds = Holds.Milliseconds },
        new("WORKERS", "live_workers") { Holds = Holds.Number },
        new("MOST", "max_running") { Holds = Holds.Number },
        new("IN/S", "in_per_s") { Holds = Holds.Number, Wide = true },
        new("OUT/S", "out_per_s") { Holds = Holds.Number, Wide = true },
        new("WAIT P95", "wait_p95_ms") { Holds = Holds.Milliseconds, Wide = true },
        new("RUN P95", "run_p95_ms") { Holds = Holds.Milliseconds, Wide = true },
        new("PAUSED", "paused_at") { Holds = Holds.Time },
        new("REASON", "pause_reason") { Elastic = true },
    ];

    public static readonly Column[] Depth =
    [
        new("QUEUE", "queue"),
        new("TYPE", "type"),
        new("PRIORITY", "priority") { Holds = Holds.Number },
        new("QUEUED", "queued") { Holds = Holds.Number },
    ];

    public static readonly Column[] Types =
    [
        new("TYPE", "type"),
        new("QUEUE", "queue") { Elastic = true },
        new("WORKERS", "live_workers") { Holds = Holds.Number },
        new("TIMEOUT", "timeout_ms") { Holds = Holds.Milliseconds },
        new("ATTEMPTS", "retry.max_attempts") { Holds = Holds.Number },
        new("OK 1H", "stats.succeeded_1h") { Holds = Holds.Number },
        new("FAILED 1H", "stats.failed_1h") { Holds = Holds.Number },
        new("RUN P95", "stats.run_p95_ms") { Holds = Holds.Milliseconds, Wide = true },
        new("WAIT P95", "stats.wait_p95_ms") { Holds = Holds.Milliseconds, Wide = true },
        new("VERSIONS", "versions") { Holds = Holds.List, Wide = true },
        new("PAUSED", "paused_at") { Holds = Holds.Time },
        new("DESCRIPTION", "description") { Elastic = true },
    ];

    public static readonly Column[] Workers =
    [
        new("ID", "id"),
        new("NAME", "name") { Elastic = true },
        new("HOST", "host") { Elastic = true },
        new("PID", "pid") { Holds = Holds.Number },
        new("STATE", "state"),
        new("USED", "slots_used") { Holds = Holds.Number },
        new("SLOTS", "slots") { Holds = Holds.Number },
        new("SEEN", "heartbeat_age_ms") { Holds = Holds.Milliseconds },
        new("QUEUES", "queues") { Holds = Holds.List, Elastic = true },
        new("VERSION", "version") { Wide = true },
        new("SDK", "sdk") { Wide = true },
        new("CPU", "cpu") { Holds = Holds.Share, Wide = true },
        new("MEMORY", "memory_bytes") { Holds = Holds.Number, Wide = true },
        new("JOBS", "jobs") { Holds = Holds.List, Wide = true },
    ];

    public static readonly Column[] ItemStatuses =
    [
        new("KEY", "key"),
        new("STATUS", "status"),
        new("CAUSE", "cause"),
        new("LAST OUTCOME", "last_outcome"),
        new("LAST JOB", "last_job_id"),
        new("UPDATED", "updated_at") { Holds = Holds.Time },
    ];

    public static readonly Column[] ItemRuns =
    [
        new("JOB", "job_id"),
        new("ATTEMPT", "attempt") { Holds = Holds.Number },
        new("OUTCOME", "outcome"),
        new("AT", "at") { Holds = Holds.Time },
        new("ERROR", "error.message") { Elastic = true },
    ];

    public static readonly Column[] Recovered =
    [
        new("JOB", "job_id"),
        new("ACTION", "action"),
        new("RULE", "rule"),
        new("REASON", "reason") { Elastic = true },
    ];

    public static readonly Column[] Deductions =
    [
        new("NAME", "name"),
        new("POINTS", "points") { Holds = Holds.Number },
        new("BECAUSE", "because") { Elastic = true },
    ];

    public static readonly Column[] Keys =
    [
        new("ID", "id"),
        new("NAME", "name") { Elastic = true },
        new("ROLE", "role"),
        new("PREFIX", "prefix"),
        new("QUEUES", "queues") { Holds = Holds.List, Elastic = true },
        new("TYPES", "types") { Holds = Holds.List, Elastic = true },
        new("CREATED", "created_at") { Holds = Holds.Time },
        new("EXPIRES", "expires_at") { Holds = Holds.Time },
        new("LAST USED", "last_used_at") { Holds = Holds.Time },
    ];

    public static readonly Column[] Audit =
    [
        new("SEQ", "seq"),
        new("AT", "at") { Holds = Holds.Time },
        new("ACTOR", "actor"),
        new("ACTION", "action"),
        new("TARGET", "target") { Elastic = true },
        new("BEFORE", "before") { Wide = true },
        new("AFTER", "after") { Wide = true },
    ];

    public static readonly Column[] StatsByType =
    [
        new("TYPE", "type"),
        new("PER MIN", "per_min") { Holds = Holds.Number },
        new("RUN P50", "run_p50_ms") { Holds = Holds.Milliseconds },
        new("RUN P95", "run_p95_ms") { Holds = Holds.Milliseconds },
        new("WAIT P50", "wait_p50_ms") { Holds = Holds.Milliseconds },
        new("WAIT P95", "wait_p95_ms") { Holds = Holds.Milliseconds },
        new("RUN MEAN", "run_mean_ms") { Holds = Holds.Milliseconds, Wide = true },
        new("WAIT MEAN", "wait_mean_ms") { Holds = Holds.Milliseconds, Wide = true },
    ];
}
