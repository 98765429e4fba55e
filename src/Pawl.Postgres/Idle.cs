using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>What a process asks that has nothing to do: one statement each, without a transaction around it.</summary>
internal sealed partial class PostgresStore
{
    // The offset keeps each a look at one line, never a walk through all that wait.
    private const string HasAny = """
        select 1
        from unnest($1::text[], $2::text[]) as wish (queue, type)
        join pawl.line l on l.queue = wish.queue and l.type = wish.type
        where exists (select 1 from pawl.ready r where r.line_id = l.id offset 0)
            or exists (select 1 from pawl.job_state s where s.line_id = l.id and s.state = 'queued' and s.held is null offset 0)
            or exists (select 1 from pawl.job_state s where s.line_id = l.id and s.deferred offset 0)
        limit 1
        """;

    private const string SelectNextOfLeader = $"""
        select ({SelectNext}),
            exists (select 1 from pawl.idempotency_key where expires_at <= $2)
                or exists (select 1 from pawl.replay where expires_at <= $2) or exists (select 1 from pawl.late),
            {Left}
        where exists (select 1 from pawl.leader where name = 'chores' and term = $1 and worker_id is not null)
        """;

    /// <summary>Whether the last claim found nothing: then the next one is likely to find nothing either.</summary>
    private volatile bool _idle;

    /// <summary>Whether there is anything at all in the lines of a claim.</summary>
    private ValueTask<bool> HasAnyAsync(ClaimRequest request, CancellationToken cancellationToken) => ReadOneAsync(
        db => db.Use(HasAny).Bind([.. request.Lines.Select(static line => (string?)line.Queue)])
            .Bind([.. request.Lines.Select(static line => (string?)line.Type)]).AnyAsync(),
        cancellationToken);

    /// <summary>The answer to a leader whose next job is not due yet, and what its chores are about; null when there is something to
    /// do, or when it leads no more.</summary>
    private async ValueTask<(PromoteReply Reply, (bool Deltas, bool Events, long Last) Left)?> NotDueAsync(
        PromoteRequest request, CancellationToken cancellationToken)
    {
        var next = await ReadOneAsync(
            db => db.Use(SelectNextOfLeader).Bind(request.Term).Bind(request.Now)
                .ValueAsync(static row => (
                    At: row.TimeOrNull(0), Other: row.Flag(1), Left: (row.Flag(2), row.Flag(3), row.Long(4)))),
            cancellationToken).ConfigureAwait(false);
        return next is (var at, false, var left) && !(at <= request.Now) ? (new PromoteReply(true, 0, 0, false, at, 0), left) : null;
    }
}
