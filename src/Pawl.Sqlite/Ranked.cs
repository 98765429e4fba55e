using Pawl.Storage;

namespace Pawl.Sqlite;

/// <summary>Reads jobs in the order of their priorities, and of their numbers where these are alike.</summary>
/// <remarks>An index has those whose priority is not the usual 0. Those that have it, mostly the mass of the table, are found on a walk by
/// number.</remarks>
internal sealed partial class SqliteStore
{
    private const string RankedDown = "select " + LookColumns + """
         from job indexed by job_priority
        where priority <> 0 and priority = @rank and id < @beyond order by id desc limit @count
        """;

    private const string RankedUp = "select " + LookColumns + """
         from job indexed by job_priority
        where priority <> 0 and priority = @rank and id > @beyond order by id limit @count
        """;

    private const string RankBelow = """
        select priority from job indexed by job_priority
        where priority <> 0 and priority < @rank order by priority desc limit 1
        """;

    private const string RankAbove = """
        select priority from job indexed by job_priority where priority <> 0 and priority > @rank order by priority limit 1
        """;

    private static void ReadRanked(Connection db, JobWalk walk, WalkLines lines)
    {
        var (feed, up, rank, count) = (walk.Feed, walk.Up, walk.Feed.Rank, walk.Count);
        var statement = rank == Priority.Normal
            ? db.Use(up ? WalkUp : WalkDown)
            : db.Use(up ? RankedUp : RankedDown).Bind(rank);
        var (seen, last) = (0, 0L);
        for (var row = statement.Bind(feed.Beyond).Bind((long)count); row.Step(); seen++)
        {
            last = row.Long(0);
            if (row.Long(4) == rank)
            {
                Look(row, walk, lines);
            }
        }

        if (seen == count)
        {
            walk.SliceRead(seen, last, ended: false);
            return;
        }

        var next = NextRank(db, rank, up);
        feed.Rank = next ?? rank;
        walk.SliceRead(seen, up ? 0 : long.MaxValue, ended: next is null);
    }

    /// <summary>The next priority that there may be; null behind the last.</summary>
    private static long? NextRank(Connection db, long rank, bool up)
    {
        var next = (long?)null;
        for (var row = db.Use(up ? RankAbove : RankBelow).Bind(rank); row.Step();)
        {
            next = row.Long(0);
        }

        var passes = up ? rank < Priority.Normal && !(next < Priority.Normal) : rank > Priority.Normal && !(next > Priority.Normal);
        return passes ? Priority.Normal : next;
    }
}
