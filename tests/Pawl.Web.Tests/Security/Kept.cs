using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Pawl.Web.Tests.Security;

/// <summary>All that a database holds, column by column, as text in which a secret would be seen.</summary>
internal static class Kept
{
    /// <summary>Of a file that nobody has open in this process.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> InFileAsync(string path)
    {
        await using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync();
        var columns = await RowsAsync(
            connection,
            "select t.name, c.name from sqlite_master t, pragma_table_info(t.name) c where t.type = 'table'");
        return await ColumnsAsync(connection, columns, static (table, column) => $"""select cast("{column}" as blob) from "{table}" """);
    }

    /// <summary>Of a PostgreSQL database.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> InDatabaseAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var connection = await source.OpenConnectionAsync();
        var columns = await RowsAsync(
            connection,
            """
            select format('%I.%I', n.nspname, t.relname), c.attname || case when c.atttypid = 'bytea'::regtype then '!' else '' end
            from pg_class t join pg_namespace n on n.oid = t.relnamespace join pg_attribute c on c.attrelid = t.oid
            where t.relkind = 'r' and c.attnum > 0 and not c.attisdropped and n.nspname not in ('pg_catalog', 'information_schema')
            """);
        return await ColumnsAsync(connection, columns, static (table, column) => column.EndsWith('!')
            ? $"""select "{column[..^1]}" from {table}"""
            : $"""select convert_to("{column}"::text, 'UTF8') from {table}""");
    }

    private static async Task<IReadOnlyDictionary<string, string>> ColumnsAsync(
        System.Data.Common.DbConnection connection, List<(string Table, string Column)> columns, Func<string, string, string> select)
    {
        var all = new Dictionary<string, string>();
        foreach (var (table, column) in columns)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = select(table, column);
            await using var reader = await command.ExecuteReaderAsync();
            var text = new StringBuilder();
            while (await reader.ReadAsync())
            {
                text.Append(reader.IsDBNull(0) ? "" : Encoding.Latin1.GetString((byte[])reader[0])).Append('\n');
            }

            all[$"{table}.{column.TrimEnd('!')}"] = text.ToString();
        }

        return all;
    }

    private static async Task<List<(string Table, string Column)>> RowsAsync(System.Data.Common.DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<(string, string)>();
        while (await reader.ReadAsync())
        {
            rows.Add((reader.GetString(0), reader.GetString(1)));
        }

        return rows;
    }
}
