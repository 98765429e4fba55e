using System.Reflection;
using Npgsql;
using Pawl.Postgres;

namespace Pawl.Storage.Tests.OnlyPostgres;

/// <summary>The statements of the store, which stand as constants above the methods that run them, and their plans.</summary>
internal static class Statements
{
    private const BindingFlags Fields = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
    private static readonly string[] Verbs = ["select", "insert", "update", "delete", "with"];

    // The plan for any values. The tables are empty here, and small ones are read whole or by bitmap whatever index they have: what is
    // asked is how the statement would go on large ones.
    private static readonly string[] AsOnLargeTables =
    [
        "set plan_cache_mode = force_generic_plan", "set enable_seqscan = off", "set enable_bitmapscan = off", "set enable_hashjoin = off",
        "set enable_mergejoin = off",
    ];

    public static IEnumerable<(string Name, string Sql)> All =>
        from type in typeof(PostgresStore).Assembly.GetTypes()
        where type.Name[0] != '<'
        from constant in type.GetFields(Fields)
        from statement in Read(type, constant)
        where Verbs.Contains(statement.Sql.TrimStart().Split(' ', '\n')[0])
        select statement;

    /// <summary>The plan of a statement on an empty database with all tables.</summary>
    public static async Task<string> ExplainAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        foreach (var setting in AsOnLargeTables)
        {
            await RunAsync(connection, setting);
        }

        try
        {
            await RunAsync(connection, $"prepare statement as {sql}");
            var values = (await ReadAsync(
                connection,
                "select coalesce(cardinality(parameter_types), 0)::text from pg_prepared_statements where name = 'statement'"))[0];
            var nulls = string.Join(", ", Enumerable.Repeat("null", int.Parse(values, System.Globalization.CultureInfo.InvariantCulture)));
            return string.Join(
                '\n',
                await ReadAsync(connection, $"explain (costs off) execute statement{(nulls.Length > 0 ? $" ({nulls})" : "")}"));
        }
        finally
        {
            await RunAsync(connection, "discard all");
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<List<string>> ReadAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }

    private static IEnumerable<(string Name, string Sql)> Read(Type type, FieldInfo constant)
    {
        var name = $"{type.Name}.{constant.Name}";
        return constant switch
        {
            { IsLiteral: true } => constant.GetRawConstantValue() is string sql ? [(name, sql)] : [],
            { IsInitOnly: true } => constant.GetValue(null) is string[] several ? several.Select((sql, n) => ($"{name}[{n}]", sql)) : [],
            _ => [],
        };
    }
}
