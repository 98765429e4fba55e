using Microsoft.Data.Sqlite;

namespace Pawl.Chaos.Tests.History;

/// <summary>Reads the tables of a database that no process owns any more.</summary>
internal sealed class Database : IDisposable
{
    private readonly SqliteConnection _connection;

    public Database(string path)
    {
        var place = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false };
        _connection = new(place.ToString());
        _connection.Open();
    }

    public void Dispose() => _connection.Dispose();

    public string Integrity() => string.Join("; ", Read("pragma integrity_check", row => row.GetString(0)));

    public Stored Read()
    {
        var rows = Read(
            "select first, seq, at, pack from event order by seq",
            row => (First: row.GetInt64(0), Last: row.GetInt64(1), Events: Pack(row)));
        return new()
        {
            Jobs = Jobs(),
            Attempts = Attempts(),
            Events = [.. rows.SelectMany(row => row.Events)],
            EventRows = [.. rows.Select(row => (row.First, row.Last, row.Events.Count))],
            Audits = Read(
                "select at, actor, action, job_id, before, after, refusal from audit order by id",
                Rows.Audit),
            Checkpoints = Read("select job_id, version from checkpoint", row => (row.GetInt64(0), row.GetInt32(1))).ToDictionary(),
            Kept = Read(
                "select line_id, state, n from line_count where n <> 0",
                row => ((row.GetInt64(0), row.GetString(1)), row.GetInt64(2))).ToDictionary(),
            Minutes = Minutes(),
            Integrity = Integrity(),
        };
    }

    private List<StoredJob> Jobs() => Read(
        """
        select j.id, j.line_id, l.type, j.state, j.held is not null, j.dismissed_at is not null, j.generation, j.attempt, j.max_attempts,
            j.unique_key, b.parent_id, b.tags, e.error, j.failures, j.losses, l.queue,
            coalesce(c.end_reason, j.reason), b.trigger
        from job j
        join line l on l.id = j.line_id
        join job_body b on b.id = j.id
        left join job_end e on e.id = j.id
        left join job_cancel c on c.id = j.id
        order by j.id
        """,
        Rows.Job);

    private List<StoredAttempt> Attempts() => Read(
        """
        select a.job_id, a.attempt, a.generation, coalesce(json_extract(w.facts, '$.pid'), 0), a.outcome, a.rule, a.ended_at,
            a.started_at, a.next_run_at
        from attempt_all a
        left join worker w on w.id = a.worker_id
        order by a.job_id, a.attempt
        """,
        Rows.Attempt);

    private Dictionary<string, long> Minutes()
    {
        string[] names = ["created", "started", "succeeded", "failed", "timed_out", "cancelled", "lost", "released", "snoozed"];
        return names.ToDictionary(name => name, name => Read($"select coalesce(sum({name}), 0) from minute", row => row.GetInt64(0))[0]);
    }

    private static IReadOnlyList<StoredEvent> Pack(SqliteDataReader row) =>
        EventForm.Read((byte[])row.GetValue(3), row.GetInt64(0), row.GetInt64(2));

    private List<T> Read<T>(string sql, Func<SqliteDataReader, T> read)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
