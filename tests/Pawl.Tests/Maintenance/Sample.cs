namespace Pawl.Tests.Maintenance;

/// <summary>Jobs to judge.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static Job Failed(ErrorCategory category, string? code = null) => Any(JobState.Failed) with
    {
        EndedAt = Now,
        Error = new JobError
        {
            Category = category,
            Code = code ?? Words.Of(category),
            Message = "It went wrong.",
            Disposition = Disposition.Fail,
            Rule = "test",
            Fingerprint = "0badf00d",
            OccurredAt = Now,
        },
    };

    public static Job Running() => Any(JobState.Running) with { Attempt = 1, StartedAt = Now, WorkerId = 17 };

    private static Job Any(JobState state) => new()
    {
        Id = new JobId(1),
        Type = "capture",
        Queue = "default",
        State = state,
        Priority = 0,
        Generation = 1,
        Attempt = 1,
        MaxAttempts = 3,
        RunAt = Now,
        Timeout = TimeSpan.FromMinutes(30),
        Grace = TimeSpan.FromSeconds(30),
        CreatedAt = Now,
        RowVersion = 1,
    };
}
