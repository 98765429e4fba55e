using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Pawl.Bench;

/// <summary>The database as an outsider sees it: counts come from its tables, not from the engine under test.</summary>
internal static class Database
{
    public static string Path { get; } =
        Environment.GetEnvironmentVariable("PAWL_BENCH_DB")
        ?? System.IO.Path.Combine(Environment.GetEnvironmentVariable("BENCH_DIR") ?? System.IO.Path.GetTempPath(), "pawl-bench.db");

    public static string ConnectionString => $"Data Source={Path}";

    public static void Drop()
    {
        foreach (var suffix in new[] { "", "-wal", "-shm", ".lock", ".creating" })
        {
            File.Delete(Path + suffix);
        }
    }

    /// <summary>How many jobs stand in a state, counted row by row.</summary>
    public static long Count(string state) => Number("select count(*) from job where state = @text", state);

    /// <summary>How many attempts ended well; with one for each succeeded job, each of them ended exactly once.</summary>
    public static long Succeeded() => Number("select count(*) from attempt_all where outcome = @text", "succeeded");

    /// <summary>How many jobs the store itself counts as open; looked at while waiting, where counting rows would be a load of its
    /// own.</summary>
    private static long Open() => Number(
        "select coalesce(sum(n), 0) from line_count where state not in ('succeeded', 'failed', 'cancelled', 'held', 'dead', @text)", "");

    public static long WalBytes() => File.Exists(Path + "-wal") ? new FileInfo(Path + "-wal").Length : 0;

    /// <summary>Waits until the database itself says that nothing is open any more.</summary>
    public static async Task DrainedAsync(TimeSpan limit)
    {
        var since = Stopwatch.GetTimestamp();
        while (Open() > 0)
        {
            if (Stopwatch.GetElapsedTime(since) > limit)
            {
                throw new TimeoutException($"{Open()} jobs were still open after {limit}.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }
    }

    private static long Number(string sql, string text)
    {
        var place = new SqliteConnectionStringBuilder { DataSource = Path, Mode = SqliteOpenMode.ReadOnly };
        using var connection = new SqliteConnection(place.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("@text", text);
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
