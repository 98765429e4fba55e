using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Pawl.Bench;

/// <summary>A file of SQLite's.</summary>
internal sealed class SqliteDatabase : Database
{
    private static readonly string s_path =
        Environment.GetEnvironmentVariable("PAWL_BENCH_DB")
        ?? Path.Combine(Environment.GetEnvironmentVariable("BENCH_DIR") ?? Path.GetTempPath(), "pawl-bench.db");

    public override string ConnectionString => $"Data Source={s_path}";

    public override string Option => $"sqlite:{s_path}";

    public override bool IsShared => false;

    public override void Use(PawlBuilder pawl) => pawl.UseSqlite(ConnectionString);

    public override void Drop()
    {
        foreach (var suffix in new[] { "", "-wal", "-shm", ".lock", ".creating" })
        {
            File.Delete(s_path + suffix);
        }
    }

    public override long Queued() => Number("select count(*) from job where state = 'queued'");

    public override long Done() => Number("select count(*) from job where state = 'succeeded'");

    public override long Cancelled() => Number("select count(*) from job where state = 'cancelled'");

    public override long Succeeded() => Number("select count(*) from attempt_all where outcome = 'succeeded'");

    protected override bool IsOpen() => Number(
        "select coalesce(sum(n), 0) from line_count where state not in ('succeeded', 'failed', 'cancelled', 'held', 'dead')") > 0;

    private static long Number(string sql)
    {
        var place = new SqliteConnectionStringBuilder { DataSource = s_path, Mode = SqliteOpenMode.ReadOnly };
        using var connection = new SqliteConnection(place.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
