namespace Pawl.EntityFrameworkCore;

/// <summary>A job that waits in the program's own database, in the table <c>pawl_outbox</c>, until Pawl has stored it.</summary>
internal sealed class OutboxJob
{
    /// <summary>The number that the job will have.</summary>
    public required long Id { get; init; }

    /// <summary>The job as JSON.</summary>
    public required string Job { get; init; }

    /// <summary>Why Pawl did not take it; then it stays here for a person to look at.</summary>
    public string? Refused { get; set; }
}
