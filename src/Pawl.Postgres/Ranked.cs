using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>Reads jobs in the order of their priorities, and of their numbers where these are alike.</summary>
internal sealed partial class PostgresStore
{
    private const string SelectPrioritiesOf = "select id, priority from pawl.shape where line_id = any($1)";

    // from one to the next, or each of many would be read
    private const string SelectPrioritiesSince = """
        with recursive step (priority) as (
            select min(priority) from pawl.job_state where moved
            union all
            select (select min(t.priority) from pawl.job_state t where t.moved and t.priority > step.priority)
            from step where step.priority is not null)
        select priority from step where priority is not null
        """;

    // Of each priority those that were made with it and those that were given it since, until there are enough; of the first only what
    // lies beyond a number.
    private const string RankedDown = """
        select rank.priority, found.id
        from unnest($3::integer[]) with ordinality as rank (priority, place)
            cross join lateral (
                select made.id from unnest($4::integer[], $5::integer[]) as s (id, priority)
                    cross join lateral (
                        select id from pawl.job
                        where shape_id = s.id and id < case when rank.place = 1 then $1 else 9223372036854775807 end
                        order by id desc limit $2) made
                where s.priority = rank.priority
                union
                select given.id from (
                    select id from pawl.job_state
                    where moved and priority = rank.priority
                        and id < case when rank.place = 1 then $1 else 9223372036854775807 end
                    order by id desc limit $2) given
                order by id desc limit $2) found
        order by rank.place limit $2
        """;

    private const string RankedUp = """
        select rank.priority, found.id
        from unnest($3::integer[]) with ordinality as rank (priority, place)
            cross join lateral (
                select made.id from unnest($4::integer[], $5::integer[]) as s (id, priority)
                    cross join lateral (
                        select id from pawl.job
                        where shape_id = s.id and id > case when rank.place = 1 then $1 else 0 end
                        order by id limit $2) made
                where s.priority = rank.priority
                union
                select given.id from (
                    select id from pawl.job_state
                    where moved and priority = rank.priority and id > case when rank.place = 1 then $1 else 0 end
                    order by id limit $2) given
                order by id limit $2) found
        order by rank.place limit $2
        """;

    private static async ValueTask RankedAsync(Session db, JobWalk walk, WalkLines lines, Ranks ranks)
    {
        var (feed, up, count) = (walk.Feed, walk.Up, walk.Count);
        var left = ranks.From(feed.Rank, up);
        if (left.Length == 0)
        {
            walk.SliceRead(0, 0, ended: true);
            return;
        }

        var beyond = left[0] == feed.Rank ? feed.Beyond : up ? 0 : long.MaxValue;
        var rows = await db.Use(up ? RankedUp : RankedDown).Bind(beyond).Bind(count).Bind(left).Bind(ranks.Shapes).Bind(ranks.OfShapes)
            .ListAsync(static row => (Priority: row.Int(0), Id: row.Long(1))).ConfigureAwait(false);
        rows.Sort((one, other) => up ? one.CompareTo(other) : other.CompareTo(one));
        if (rows.Count > 0)
        {
            var jobs = await ViewsAsync(db, walk, lines, db.Use(LookNamed).Bind(rows.Select(static row => row.Id).Distinct().ToArray()))
                .ConfigureAwait(false);
            var byId = jobs.Found.ToDictionary(static job => job.Id);
            foreach (var (priority, id) in rows)
            {
                // with another priority by now, it comes where that is
                if (byId.TryGetValue(id, out var job) && job.Priority == priority)
                {
                    walk.Offer(job);
                }
            }

            feed.Rank = rows[^1].Priority;
        }

        walk.SliceRead(rows.Count, rows.Count == 0 ? 0 : rows[^1].Id, rows.Count < count);
    }

    /// <summary>Which priorities there are, in what is asked for.</summary>
    private static async ValueTask<Ranks> RanksAsync(Session db, int[] lines)
    {
        var shapes = await db.Use(SelectPrioritiesOf).Bind(lines).ListAsync(static row => (Id: row.Int(0), Priority: row.Int(1)))
            .ConfigureAwait(false);
        var given = await db.Use(SelectPrioritiesSince).ListAsync(static row => row.Int(0)).ConfigureAwait(false);
        return new(
            [.. shapes.Select(static shape => shape.Id)],
            [.. shapes.Select(static shape => shape.Priority)],
            [.. shapes.Select(static shape => shape.Priority).Concat(given).Distinct().Order()]);
    }

    /// <summary>The priorities that there are, rising, and the shapes that jobs were made with.</summary>
    private sealed record Ranks(int[] Shapes, int[] OfShapes, int[] All)
    {
        public int[] From(long rank, bool up) =>
            up ? [.. All.Where(priority => priority >= rank)] : [.. All.Where(priority => priority <= rank).Reverse()];
    }
}
