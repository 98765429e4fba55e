using Microsoft.Data.Sqlite;
using Pawl.Sqlite;

namespace Pawl.Storage.Tests.OnlySqlite;

/// <summary>What must hold in the file whatever was done to it: the writer trusts its verbs to keep this and does not check it at each
/// statement, so the suite checks it after each test.</summary>
internal static class FileFaults
{
    private const string TornReferences = """
        select "table" || ' row ' || coalesce(rowid, '?') || ' refers to a lost row of ' || parent from pragma_foreign_key_check
        """;

    private const string WrongCounts = """
        select l.queue || '/' || l.type || ' ' || s.state || ' is counted ' || coalesce(c.n, 0) || ' and is ' || s.n
        from line l
        join (
            select line_id, state, count(*) as n from job group by line_id, state
            union all select line_id, 'held', count(*) from job where held is not null group by line_id
            union all select line_id, 'dead', count(*) from job where state = 'failed' and dismissed_at is null group by line_id
            union all select line_id, 'retry', count(*) from job where state = 'queued' and held is null and failures > 0 group by line_id
            union all select line_id, 'deferred', count(*) from job where deferred = 1 group by line_id
        ) s on s.line_id = l.id
        left join line_count c on c.line_id = l.id and c.state = s.state
        where s.n <> coalesce(c.n, 0)
        union all
        select 'line ' || line_id || ' counts ' || n || ' ' || state || ' and has none'
        from line_count c
        where n <> 0 and not exists (
            select 1 from job j
            where j.line_id = c.line_id and (
                j.state = c.state
                or (c.state = 'held' and j.held is not null)
                or (c.state = 'dead' and j.state = 'failed' and j.dismissed_at is null)
                or (c.state = 'retry' and j.state = 'queued' and j.held is null and j.failures > 0)
                or (c.state = 'deferred' and j.deferred = 1)))
        """;

    private const string WrongKeys = """
        select 'key ' || k.key || ' is held by job ' || k.job_id || ', which is ' || j.state
        from unique_key k join job j on j.id = k.job_id
        where j.state in ('failed', 'cancelled') or j.unique_key <> k.key
        union all
        select 'open job ' || j.id || ' does not hold its key ' || j.unique_key
        from job j
        where j.unique_key is not null and j.ended_at is null and not exists (select 1 from unique_key k where k.job_id = j.id)
        """;

    private const string WrongEdges = """
        select 'job ' || d.job_id || ' is ' || j.state || ' and has an open edge'
        from dependency d join job j on j.id = d.job_id
        where d.met = 0 and j.state <> 'blocked'
        union all
        select 'blocked job ' || j.id || ' waits for ' || j.waits_on
        from job j join job_body b on b.id = j.id
        where j.state = 'blocked'
            and j.waits_on <> (select count(*) from dependency d where d.job_id = j.id and d.met = 0) + (b.requires_approval = 1)
        union all
        select 'an open edge of job ' || d.job_id || ' leads to ended job ' || d.on_job_id
        from dependency d join job j on j.id = d.on_job_id
        where d.met = 0 and j.ended_at is not null
        """;

    private const string WrongAttempts = """
        select 'job ' || id || ' has had ' || attempt || ' attempts and records ' || ended || ' ended ones'
        from (select j.id, j.attempt, j.state, (select count(*) from attempt_all a where a.job_id = j.id) as ended from job j)
        where attempt - (state = 'running') <> ended
        """;

    private const string WrongEvents = """
        select 'the events before ' || e.first || ' are missing'
        from event e
        where e.first > (select min(first) from event) and not exists (select 1 from event p where p.seq = e.first - 1)
        """;

    private const string LostBlobs = """
        select 'a blob is kept that no artifact names'
        from artifact_blob b
        where not exists (select 1 from artifact a where a.sha256 = b.sha256)
        """;

    /// <summary>One sentence a fault; nothing for a file without tables.</summary>
    public static IReadOnlyList<string> In(string path)
    {
        using var db = Connection.Open(path, SqliteOpenMode.ReadOnly);
        if (db.Number("select count(*) from sqlite_schema where name = 'job'") == 0)
        {
            return [];
        }

        return
        [
            .. Texts(db, "pragma integrity_check").Where(text => text != "ok"),
            .. new[] { TornReferences, WrongCounts, WrongKeys, WrongEdges, WrongAttempts, WrongEvents, LostBlobs }
                .SelectMany(sql => Texts(db, sql)),
        ];
    }

    private static List<string> Texts(Connection db, string sql)
    {
        var texts = new List<string>();
        for (var row = db.Use(sql); row.Step();)
        {
            texts.Add(row.Text(0));
        }

        return texts;
    }
}
