using System.Reflection;
using Microsoft.Data.Sqlite;
using Pawl.Sqlite;

namespace Pawl.Storage.Tests.OnlySqlite;

/// <summary>The statements of the store, which stand as constants above the methods that run them, and their plans.</summary>
internal static class Statements
{
    private const BindingFlags Fields = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
    private static readonly string[] Verbs = ["select", "insert", "update", "delete", "with"];

    public static IEnumerable<(string Name, string Sql)> All =>
        from type in typeof(SqliteStore).Assembly.GetTypes()
        where type.Name[0] != '<'
        from constant in type.GetFields(Fields)
        from statement in Read(type, constant)
        where Verbs.Contains(statement.Sql.TrimStart().Split(' ', '\n')[0])
        select statement;

    /// <summary>The plan of a statement on an empty database with all tables. Only what an analysis has gathered could change it, and the
    /// store never analyses.</summary>
    public static string Explain(string path, string sql)
    {
        using var db = Connection.Open(path, SqliteOpenMode.ReadOnly);
        db.Execute("pragma foreign_keys = off");   // as the writer has it: else a delete looks up all that might refer to the row
        var lines = new List<string>();
        for (var row = db.Use($"explain query plan {sql}"); row.Step();)
        {
            lines.Add(row.Text(3));
        }

        return string.Join('\n', lines.DefaultIfEmpty("(no table is read)"));
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
