namespace Pawl.Queries;

/// <summary>What is known of a job that may fit. A store fills one, looks, and fills it again. Times are microseconds since 1970.</summary>
/// <remarks>Everything up to <see cref="UniqueKey"/> is always known; the rest when it was asked for by <see cref="Needs"/>.</remarks>
internal sealed class JobView
{
    public long Id { get; set; }

    public string Type { get; set; } = "";

    public string Queue { get; set; } = "";

    public JobState State { get; set; }

    /// <summary>Why it waits, is blocked or was stopped, in the word of the model.</summary>
    public string? Reason { get; set; }

    public int Priority { get; set; }

    public int Attempt { get; set; }

    public long CreatedAt { get; set; }

    public long RunAt { get; set; }

    public long? EndedAt { get; set; }

    public long? WorkerId { get; set; }

    public bool CancelRequested { get; set; }

    public bool Dismissed { get; set; }

    public string? UniqueKey { get; set; }

    /// <summary><see cref="Needs.Started"/>.</summary>
    public long? StartedAt { get; set; }

    /// <summary><see cref="Needs.Progress"/>: the last word or checkpoint of any attempt.</summary>
    public long? HeardAt { get; set; }

    /// <summary><see cref="Needs.Body"/>, and the next four.</summary>
    public Trigger Trigger { get; set; }

    public long? ParentId { get; set; }

    public long? RerunOf { get; set; }

    public string? RequestedBy { get; set; }

    public IReadOnlyDictionary<string, string>? Tags { get; set; }

    /// <summary><see cref="Needs.End"/>, and the next.</summary>
    public string? Degraded { get; set; }

    public JobError? Error { get; set; }

    /// <summary><see cref="Needs.Payload"/>.</summary>
    public ReadOnlyMemory<byte> Payload { get; set; }

    public static JobView Of(Job job) => new()
    {
        Id = job.Id.Value,
        Type = job.Type,
        Queue = job.Queue,
        State = job.State,
        Reason = Words.Of(job.WaitReason) ?? Words.Of(job.BlockReason) ?? Words.Of(job.EndReason),
        Priority = job.Priority,
        Attempt = job.Attempt,
        CreatedAt = Instants.Of(job.CreatedAt),
        RunAt = Instants.Of(job.RunAt),
        EndedAt = Instants.Of(job.EndedAt),
        WorkerId = job.WorkerId,
        CancelRequested = job.CancelRequestedAt is not null,
        Dismissed = job.DismissedAt is not null,
        UniqueKey = job.UniqueKey,
        StartedAt = Instants.Of(job.StartedAt),
        HeardAt = Instants.Latest(Instants.Of(job.Progress?.UpdatedAt), Instants.Of(job.Checkpoint?.SavedAt)),
        Trigger = job.Trigger,
        ParentId = job.ParentId?.Value,
        RerunOf = job.RerunOf?.Value,
        RequestedBy = job.RequestedBy,
        Tags = job.Tags,
        Degraded = job.Degraded,
        Error = job.Error,
        Payload = job.Payload,
    };
}
