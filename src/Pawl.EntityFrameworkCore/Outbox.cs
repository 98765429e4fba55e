using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Pawl.Client;
using Pawl.Storage;

namespace Pawl.EntityFrameworkCore;

/// <summary>Puts jobs among the changes of a DbContext.</summary>
internal static class Outbox
{
    private static readonly ConditionalWeakTable<DbContext, object> Rung = [];

    public static bool IsIn(DbContext db) => db.Model.FindEntityType(typeof(OutboxJob)) is not null;

    public static async Task<IReadOnlyList<EnqueueResult>> AddAsync(DbContext db, Jobs jobs, Task<IReadOnlyList<NewJob>> drafting)
    {
        var drafts = await drafting.ConfigureAwait(false);
        db.AddRange(drafts.Select(static job => new OutboxJob { Id = job.Id!.Value.Value, Job = NewJobJson.Write(job) }));
        RingWhenSaved(db, jobs);
        return [.. drafts.Select(static job => new EnqueueResult(job.Id!.Value, false, StateOf(job)))];
    }

    private static JobState StateOf(NewJob job) =>
        job.DependsOn.Count > 0 || job.RequiresApproval ? JobState.Blocked
        : job.RunAt is not null ? JobState.Scheduled
        : JobState.Queued;

    /// <summary>Once for each context: the forwarder of this process need not wait for its next look.</summary>
    private static void RingWhenSaved(DbContext db, Jobs jobs)
    {
        if (Rung.TryAdd(db, jobs))
        {
            db.SavedChanges += (_, _) => OutboxBell.Of(jobs).Ring();
        }
    }
}
