using Npgsql;
using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>New jobs about which no table needs to be asked: they are stored together with those of other callers.</summary>
internal sealed partial class PostgresStore
{
    private const string InsertPlainJobs = """
        insert into pawl.job (id, shape_id, created_at, run_at, pack_id, payload)
        select new.id, new.shape_id, $1, new.run_at, $2, new.payload
        from unnest($3::bigint[], $4::integer[], $5::bigint[], $6::text[]) as new (id, shape_id, run_at, payload)
        """;

    // A call with more of them is a group by itself, and no lone job waits for it.
    private const int MostGathered = 200;

    private const int MostDrawn = 1_000;

    // So near to each other that they may have been created at the same time.
    private const long AtOnce = 1_000_000;

    private readonly Gathering _gathering;
    private readonly Numbers _numbers = new(TimeProvider.System);

    /// <summary>Whether the next call finds no other at work: it then draws its numbers alone, and so without a gap.</summary>
    internal bool IsIdle => _gathering.IsIdle;

    private async ValueTask<EnqueueReply> EnqueueAsync(IReadOnlyList<NewJob> jobs, long now, CancellationToken cancellationToken)
    {
        var reply = await WriteAsync(batch => EnqueueAsync(batch, jobs, now), cancellationToken).ConfigureAwait(false);
        _numbers.Forget();
        return reply;
    }

    /// <summary>Whether it has no number or key that others may hold, no other job it belongs to or waits for.</summary>
    private static bool StandsAlone(NewJob job) =>
        job is { Id: null, UniqueKey: null, IdempotencyKey: null, ParentId: null, RequiresApproval: false, DependsOn.Count: 0 }
        && (job.ConcurrencyKey is null || job.OnBusy != OnBusy.Reject);

    private async ValueTask<EnqueueReply> EnqueueAloneAsync(IReadOnlyList<NewJob> jobs, long now, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var drafts = new List<Draft>(jobs.Count);
        foreach (var job in jobs)
        {
            drafts.Add(await DraftAloneAsync(job, now, cancellationToken).ConfigureAwait(false));
        }

        var call = new Gathered(drafts, now, cancellationToken);
        if (jobs.Count > MostGathered)
        {
            await StoreAsync([call], cancellationToken).ConfigureAwait(false);
            _numbers.Forget();
            call.Answer();
        }
        else
        {
            _gathering.Add(call);
        }

        return await call.Reply.ConfigureAwait(false);
    }

    private async ValueTask<Draft> DraftAloneAsync(NewJob job, long now, CancellationToken cancellationToken)
    {
        var line = await _lines.EnsureAsync(job.Queue, job.Type, cancellationToken).ConfigureAwait(false);
        var reasons = StoreJson.Write(job.PriorityReasons);
        var runAt = job.RunAt is { } asked ? Math.Max(Micros.Of(asked), now) : now;
        var state = Transitions.First(runAt > now ? JobEvent.CreatedScheduled : JobEvent.CreatedQueued)!.Value;
        return new Draft
        {
            Job = job,
            Line = line,
            Shape = await _shapes.OfAsync(job, line, reasons, cancellationToken).ConfigureAwait(false),
            Reasons = reasons,
            RunAt = runAt,
            Edges = [],
            WaitsOn = 0,
            State = state,
            Reason = state == JobState.Scheduled ? Words.Of(WaitReason.Delay) : null,
        };
    }

    /// <summary>Stores what gathered. When the server refuses something of it, each call is tried by itself, so that it fails
    /// alone.</summary>
    private async Task StoreGatheredAsync(List<Gathered> group)
    {
        foreach (var near in group.GroupBy(static call => call.Now / AtOnce))
        {
            var calls = near.ToList();
            try
            {
                await StoreAsync(calls, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception error) when (calls.Count > 1 && IsRefused(error))
            {
                await StoreEachAsync(calls).ConfigureAwait(false);
                continue;
            }
            catch (Exception error)
            {
                calls.ForEach(call => call.Fail(error));
                continue;
            }

            calls.ForEach(static call => call.Answer());
        }
    }

    private async Task StoreEachAsync(List<Gathered> calls)
    {
        Exception? outage = null;
        foreach (var call in calls)
        {
            try
            {
                if (outage is null)
                {
                    await StoreAsync([call], CancellationToken.None).ConfigureAwait(false);
                    call.Answer();
                    continue;
                }
            }
            catch (Exception error) when (IsRefused(error))
            {
                call.Fail(error);
                continue;
            }
            catch (Exception error)
            {
                outage = error;   // those that follow would only wait for it one after the other
            }

            call.Fail(outage!);
        }
    }

    /// <summary>Whether it was something in the jobs that was refused: then surely nothing was stored, and others may do better without
    /// it. After anything else the next would only meet the same.</summary>
    private static bool IsRefused(Exception error) => (error is PawlException ? error.InnerException : error) switch
    {
        PostgresException answer => StorageErrors.IsAnswer(answer) && answer.SqlState is ['2', '2' or '3', ..] or ['5', '4', ..],
        NpgsqlException or OperationCanceledException or ObjectDisposedException or null => false,
        _ => error is not PawlException,
    };

    private ValueTask<bool> StoreAsync(List<Gathered> calls, CancellationToken cancellationToken) => WriteAsync(
        async batch =>
        {
            var now = calls.Max(static call => call.Now);
            var drafts = calls is [var one] ? one.Drafts : [.. calls.SelectMany(static call => call.Drafts)];
            drafts.ForEach(draft => draft.RunAt = draft.State == JobState.Queued ? now : draft.RunAt);
            await InsertAloneAsync(batch, drafts, now).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    private async ValueTask InsertAloneAsync(Batch batch, List<Draft> drafts, long now)
    {
        var era = _numbers.Era;
        var (ids, pack) = _numbers.Take(drafts.Count) ?? await DrawAsync(batch.Db, drafts.Count).ConfigureAwait(false);
        batch.Pack(pack);
        for (var i = 0; i < drafts.Count; i++)
        {
            drafts[i].Id = ids.Span[i];
        }

        var all = drafts.ToArray();
        if (Array.TrueForAll(all, static draft => IsBare(draft.Job)))
        {
            batch.Db.Use(InsertPlainJobs).Bind(now).Bind(pack).Bind(All(all, static draft => draft.Id))
                .Bind(All(all, static draft => draft.Shape)).Bind(All(all, static draft => draft.RunAt))
                .Bind(All(all, static draft => Text(draft.Job.Payload))).Later();
        }
        else
        {
            InsertBodies(batch, all, now, pack);
        }

        InsertPlain(batch, all);
        InsertStanding(batch, all);
        foreach (var (id, job, state) in drafts.Select(static draft => (draft.Id, draft.Job, draft.State)))
        {
            batch.Event(EventKind.Created, id, 1, 0, null, state, now, job.RequestedBy, Words.Of(job.Trigger));
        }

        foreach (var same in drafts.GroupBy(static draft => (draft.Line, draft.State)))
        {
            var count = same.Count();
            batch.Move(same.Key.Line, null, same.Key.State, count);
            batch.TallyOf(same.Key.Line, now).Created(count);
        }

        drafts.ForEach(draft => Hint(batch, draft.State, draft.Job.Priority, draft.RunAt, draft.Job.StartBy));

        // Others are at it too, so the next group will come at once. A number that is not used is nobody's.
        if (drafts.Count <= MostDrawn && _gathering.IsBusy)
        {
            batch.Db.Use(NextIds).Bind(drafts.Count * 3 / 2 + 4).EachLater(row => _numbers.Keep(row.Longs(0), row.Long(1), era));
        }
    }

    private static async ValueTask<(ReadOnlyMemory<long> Ids, long Pack)> DrawAsync(Session db, int count)
    {
        var (ids, pack) = (await db.Use(NextIds).Bind(count)
            .ValueAsync(static row => (row.Longs(0), row.Long(1))).ConfigureAwait(false))!.Value;
        return (ids, pack);
    }

    private static bool IsBare(NewJob job) =>
        job is
        {
            RerunOf: null, DeadlineAt: null, RateKey: null, Circuit: null, Tags: null, Traceparent: null, RequestedBy: null,
            BodyHash.IsEmpty: true,
        }
        && job.UniqueHold == default;
}
