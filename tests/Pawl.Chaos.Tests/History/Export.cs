using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pawl.Chaos.Tests.History;

/// <summary>Writes a run into a folder, in the form that the checker reads: the events, the final rows and all that was logged.</summary>
internal static class Export
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static void Write(Run run, string folder)
    {
        Write(folder, "calls", run.Calls.Select(Line));
        Write(folder, "effects", run.Effects.Select(Line));
        Write(folder, "events", run.Stored.Events.Select(Line));
        Write(folder, "rows", Rows(run.Stored));
        Write(folder, "nemesis", [Settings(run), .. run.Lives.Select(Line), .. run.Faults.Select(Line), .. run.Seen]);
    }

    // A call that ended with an error may have been carried out all the same, unless the answer was a refusal.
    private static object Line(Call call) => new
    {
        What = call.What == "fail" && !call.Refused ? "info" : call.What,
        Process = call.Life,
        call.Number,
        Mono = Nanos(call.Mono),
        call.Kind,
        call.Count,
        call.Tag,
        call.Key,
        call.Ids,
        call.Deduplicated,
        call.Status,
        call.Error,
    };

    private static object Line(Effect effect) => new
    {
        Process = effect.Life,
        Mono = Nanos(effect.Mono),
        effect.Job,
        effect.Attempt,
        effect.What,
        effect.Count,
        effect.Version,
        effect.Child,
    };

    private static object Line(StoredEvent happened) => new
    {
        happened.Seq,
        happened.Job,
        happened.Generation,
        happened.Attempt,
        happened.Kind,
        happened.From,
        happened.To,
        happened.Reason,
        Worker = happened.Worker?.ToString(System.Globalization.CultureInfo.InvariantCulture),
        DbTime = happened.At,
    };

    private static object Line(Life life) => new
    {
        What = "process",
        Process = life.Number,
        life.Pid,
        life.Killed,
        life.ReadyAt,
        DeadMono = Nanos(life.DeadMono),
        life.DeadAt,
    };

    private static object Line(Fault fault) => new
    {
        What = "fault",
        Name = fault.What,
        FromMono = Nanos(fault.FromMono),
        ToMono = Nanos(fault.ToMono),
        fault.FromAt,
        fault.ToAt,
        fault.Refuses,
    };

    private static object Settings(Run run) => new
    {
        What = "settings",
        TtlMs = (long)run.LeaseTtl.TotalMilliseconds,
        RecoveryMs = (long)run.RecoveryLimit.TotalMilliseconds,
        run.LossCap,
        run.Together,

        // As the victim is set.
        RetryBaseMs = 20,
        RetryMaxMs = 20,
        run.MemoryGrowthMb,
    };

    private static IEnumerable<object> Rows(Stored stored) =>
    [
        .. stored.Jobs.Select(Row),
        .. stored.Attempts.Select(Row),
        .. stored.Checkpoints.Select(point => new { Row = "checkpoint", Job = point.Key, Version = point.Value }),
        .. stored.Audits.Select(Row),
        .. stored.Kept.Select(count => new { Row = "count", count.Key.Line, count.Key.Name, N = count.Value }),
        .. stored.Minutes.Select(sum => new { Row = "count", Name = sum.Key, N = sum.Value }),
        new { Row = "events", Last = stored.EventRows.Count == 0 ? 0 : stored.EventRows[^1].Last },
        new { Row = "integrity", Says = stored.Integrity },
    ];

    private static object Row(StoredJob job) => new
    {
        Row = "job",
        job.Id,
        job.Queue,
        job.Type,
        job.Line,
        job.State,
        job.Reason,
        job.ErrorCode,
        job.Generation,
        job.Attempt,
        job.MaxAttempts,
        job.Held,
        job.Dismissed,
        job.UniqueKey,
        job.Parent,
        job.Trigger,
        job.Tag,
    };

    private static object Row(StoredAttempt attempt) => new
    {
        Row = "attempt",
        attempt.Job,
        Number = attempt.Attempt,
        attempt.Generation,
        attempt.Pid,
        attempt.Outcome,
        attempt.Rule,
        attempt.StartedAt,
        attempt.EndedAt,
        attempt.NextRunAt,
    };

    private static object Row(StoredAudit audit) => new
    {
        Row = "audit",
        audit.At,
        audit.Actor,
        audit.Action,
        audit.Job,
        audit.Before,
        audit.After,
        audit.Refusal,
    };

    private static long Nanos(long ticks) => (long)((decimal)ticks * 1_000_000_000 / TimeProvider.System.TimestampFrequency);

    private static void Write(string folder, string name, IEnumerable<object> lines)
    {
        using var file = new StreamWriter(Path.Combine(folder, $"{name}.jsonl"));
        var count = 0;
        foreach (var line in lines)
        {
            file.WriteLine(JsonSerializer.Serialize(line, line.GetType(), Form));
            count++;
        }

        file.WriteLine(JsonSerializer.Serialize(new { End = count }, Form));
    }
}
