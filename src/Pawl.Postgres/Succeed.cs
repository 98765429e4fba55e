using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>Plain successes: a row in <c>done</c> for each, many in one statement.</summary>
internal sealed partial class PostgresStore
{
    // One that is there already fails all of them, and then they are ended one by one: to ask first would cost each of them twice.
    // The lease's row is locked against being written out meanwhile. That each job stands in its lease is known of the claim, and stays
    // so: only a row of its own takes it out.
    private const string InsertDone = """
        with held as materialized (
            select l.id, wish.place, l.own
            from unnest($1::bytea[]) with ordinality as wish (token, place) join pawl.lease l on l.token = wish.token
            where l.open
            order by l.id
            for share of l),
        pack as materialized (select nextval('pawl.pack_id') as id),
        made as (
            insert into pawl.done (job_id, lease_id, ended_at, run_us, pack_id)
            select ends.job_id, held.id, $5, ends.run_us, pack.id
            from unnest($2::bigint[], $3::integer[], $4::bigint[]) as ends (job_id, place, run_us)
                join held on held.place = ends.place cross join pack
            where not ends.job_id = any(held.own)
            returning job_id)
        select pack.id, counted.n, case when counted.n < cardinality($2) then counted.jobs end
        from pack, (select count(*) as n, array_agg(job_id) as jobs from made) as counted
        """;

    private const string CloseLeases = "update pawl.lease set open = false where token = any($1) and open";

    private readonly HeldBatches _held = new();

    /// <summary>Ends the plain jobs that just succeeded, and marks which they were. What is refused here is looked at one by one.</summary>
    private async ValueTask SucceedAsync(Batch batch, IReadOnlyList<Settlement> ends, long now, SettleRun run)
    {
        var plain = Plainly(ends);
        if (plain.Jobs.Count == 0)
        {
            return;
        }

        var (pack, made, jobs) = await batch.Db.Use(InsertDone).Bind(Bytes(plain.Leases.Select(static lease => lease.Token)))
            .Bind([.. plain.Jobs.Select(static job => job.Id)]).Bind([.. plain.Jobs.Select(static job => job.Place)])
            .Bind([.. plain.Jobs.Select(job => Micros.Of(ends[job.At].Run))]).Bind(now)
            .ValueAsync(static row => (row.Long(0), row.Long(1), row.IsNull(2) ? null : row.Longs(2))).ConfigureAwait(false) ?? default;
        if (made == 0)
        {
            return;   // with no event to tell, the number that was drawn is nobody's
        }

        batch.Pack(pack);
        if (jobs is not null)
        {
            var done = jobs.ToHashSet();
            plain.Jobs.RemoveAll(job => !done.Contains(job.Id));
        }

        Record(batch, ends, now, plain, run);
    }

    private void Record(Batch batch, IReadOnlyList<Settlement> ends, long now, PlainEnds plain, SettleRun run)
    {
        var left = plain.Leases.ConvertAll(static lease => lease.Count);
        var sums = new LineSums(batch, now);
        foreach (var (id, place, at, line) in plain.Jobs)
        {
            var end = ends[at];
            batch.Event(
                EventKind.Succeeded, id, 1, 1, JobState.Running, JobState.Succeeded, now, worker: plain.Leases[place - 1].Worker);
            var (sum, took) = (sums.Of(line), Micros.Of(end.Run));
            sum.Add(took);
            sum.Tally.Times.AddRun(took);
            if (end.Result is not null || end.Degraded is not null)
            {
                batch.Db.Use(SaveEnd).Bind(id).BindText(end.Result).Bind(end.Degraded).Bind((string?)null).Later();
            }

            left[place - 1]--;
            run.Replies[at] = new SettleReply(Settled.Done, JobState.Succeeded, 1);
            run.IsDone[at] = true;
        }

        foreach (var sum in sums.All)
        {
            batch.Move(sum.Line, JobState.Running, JobState.Succeeded, sum.Count);
            sum.Tally.Ended(Outcome.Succeeded, sum.Count, sum.Micros);
        }

        run.Closed.UnionWith(plain.Leases.Where((_, place) => left[place] == 0).Select(static lease => lease.Token));
    }

    /// <summary>Which of these ends may be plain successes, as far as this process knows, in the order of their jobs.</summary>
    private PlainEnds Plainly(IReadOnlyList<Settlement> ends)
    {
        var plain = new PlainEnds([], new List<PlainEnd>(ends.Count));
        var (held, place) = ((HeldBatch?)null, 0);
        for (var at = 0; at < ends.Count; at++)
        {
            var end = ends[at];
            if (end is not { Event: JobEvent.Completed, Last: null, Error: null, Rule: null, Lease.Attempt: 1 })
            {
                continue;
            }

            if (held?.Token != end.Lease.Token)
            {
                held = _held.Find(end.Lease.Token);
                place = held is null ? 0 : plain.Leases.IndexOf(held) + 1;
                if (held is not null && place == 0)
                {
                    plain.Leases.Add(held);
                    place = plain.Leases.Count;
                }
            }

            if (held?.LineOf(end.Lease.Job.Value) is { } line)
            {
                plain.Jobs.Add(new PlainEnd(end.Lease.Job.Value, place, at, line));
            }
        }

        plain.Jobs.Sort(static (a, b) => a.Id != b.Id ? a.Id.CompareTo(b.Id) : a.At.CompareTo(b.At));
        for (var i = plain.Jobs.Count - 1; i > 0; i--)
        {
            if (plain.Jobs[i].Id == plain.Jobs[i - 1].Id)
            {
                plain.Jobs.RemoveAt(i);   // said twice in one call: the second finds it ended
            }
        }

        return plain;
    }

    private static byte[]?[] Bytes(IEnumerable<LeaseToken> tokens) => [.. tokens.Select(static token =>
    {
        var bytes = new byte[LeaseToken.Size];
        token.Write(bytes);
        return bytes;
    })];

    /// <summary>An end that may be plain: its job, the place of its lease among those of the call, from 1, and its own place.</summary>
    private readonly record struct PlainEnd(long Id, int Place, int At, Line Line);

    private sealed record PlainEnds(List<HeldBatch> Leases, List<PlainEnd> Jobs);

    /// <summary>One call of settle under way.</summary>
    private sealed class SettleRun(int count)
    {
        public SettleReply[] Replies { get; } = new SettleReply[count];

        public bool[] IsDone { get; } = new bool[count];

        /// <summary>Leases that hold nothing more after this call.</summary>
        public HashSet<LeaseToken> Closed { get; } = [];
    }
}
