using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Pawl.Bench;

/// <summary>A database of PostgreSQL's, named as its own programs name it: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE.</summary>
internal sealed class PostgresDatabase : Database
{
    public override string ConnectionString { get; } = Place();

    public override string Option => $"postgres:{ConnectionString}";

    public override bool IsShared => true;

    public override void Use(PawlBuilder pawl) => pawl.UsePostgres(ConnectionString);

    public override void Drop() => Value("drop schema if exists pawl cascade");

    public override long Queued() => Number(
        "select coalesce((select sum(hi - lo + 1) from pawl.ready), 0) + (select count(*) from pawl.job_state where state = 'queued')");

    public override long Done() => Number("""
        select (select count(*) from pawl.done d where not exists (select 1 from pawl.job_state s where s.id = d.job_id))
            + (select count(*) from pawl.job_state where state = 'succeeded')
        """);

    public override long Cancelled() => Number("select count(*) from pawl.job_state where state = 'cancelled'");

    public override long Succeeded() => Number("select count(*) from pawl.attempt_all where outcome = 'succeeded'");

    protected override bool IsOpen() => Number("""
        select (exists (select 1 from pawl.ready) or exists (select 1 from pawl.lease where open)
            or exists (select 1 from pawl.job_state where ended_at is null))::integer
        """) == 1;

    private static string Place()
    {
        var place = new NpgsqlConnectionStringBuilder
        {
            Host = Environment.GetEnvironmentVariable("PGHOST") ?? "127.0.0.1",
            Username = Environment.GetEnvironmentVariable("PGUSER") ?? "postgres",
            Database = Environment.GetEnvironmentVariable("PGDATABASE") ?? "bench_pawl",
        };
        if (int.TryParse(Environment.GetEnvironmentVariable("PGPORT"), CultureInfo.InvariantCulture, out var port))
        {
            place.Port = port;
        }

        return place.ToString();
    }

    private long Number(string sql) => Convert.ToInt64(Value(sql), CultureInfo.InvariantCulture);

    private object? Value(string sql)
    {
        using var connection = new NpgsqlConnection(ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar();
    }
}
