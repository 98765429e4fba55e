using System.Text;

namespace Pawl.Tests.Queries;

/// <summary>A job that has something of everything, to ask about.</summary>
internal static class SampleJobs
{
    public static DateTimeOffset Now { get; } = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    public static Job Failed { get; } = new()
    {
        Id = new(4815),
        Type = "Send.Mail",
        Queue = "mail",
        State = JobState.Failed,
        Priority = 50,
        Generation = 1,
        Attempt = 2,
        MaxAttempts = 3,
        RunAt = Now.AddHours(-3),
        CreatedAt = Now.AddHours(-4),
        StartedAt = Now.AddHours(-3),
        EndedAt = Now.AddHours(-1),
        Timeout = TimeSpan.FromMinutes(30),
        Grace = TimeSpan.FromSeconds(30),
        Trigger = Trigger.Manual,
        ParentId = new(77),
        RerunOf = new(4000),
        UniqueKey = "acme/app",
        RequestedBy = "key:ops-laptop",
        RowVersion = 3,
        Tags = new Dictionary<string, string> { ["repo"] = "acme/app", ["a.b"] = "x" },
        Error = new()
        {
            Category = ErrorCategory.InvalidInput,
            Code = "http_422",
            Message = "Bad Gateway to api.example",
            Disposition = Disposition.Fail,
            Rule = "http.422",
            Fingerprint = "9c1f0b7e",
            OccurredAt = Now.AddHours(-1),
        },
        Payload = Encoding.UTF8.GetBytes(
            """
            {"user":{"id":42,"name":"Zoë \u0041","ok":true,"none":null},"tags":["x","y",["z"]],"rows":[{"n":1},{"n":2.50}],"n":"17",
             "big":9007199254740993,"day":"2026-11-05","user.id":"dotted"}
            """),
    };

    public static Job Running { get; } = new()
    {
        Id = new(5),
        Type = "capture",
        Queue = "default",
        State = JobState.Running,
        Priority = -10,
        Generation = 1,
        Attempt = 1,
        MaxAttempts = 3,
        RunAt = Now.AddHours(-3),
        CreatedAt = Now.AddHours(-3),
        StartedAt = Now.AddHours(-3),
        CancelRequestedAt = Now.AddMinutes(-1),
        Timeout = TimeSpan.FromMinutes(30),
        Grace = TimeSpan.FromSeconds(30),
        WorkerId = 17,
        RowVersion = 2,
        Progress = new() { Done = 1, UpdatedAt = Now.AddHours(-2).AddMinutes(-30) },
    };

    public static Job Succeeded { get; } = Running with
    {
        Id = new(6),
        State = JobState.Succeeded,
        WorkerId = null,
        CancelRequestedAt = null,
        EndedAt = Now.AddMinutes(-5),
        Degraded = "no thumbnails",
    };

    public static Job Scheduled { get; } = Running with
    {
        Id = new(7),
        State = JobState.Scheduled,
        WaitReason = WaitReason.Retry,
        WorkerId = null,
        CancelRequestedAt = null,
        RunAt = Now.AddHours(1),
    };
}
