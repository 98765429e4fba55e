using System.Text.RegularExpressions;

namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    /// <summary>Tables that stay small however much work there is, or whose whole content is the answer.</summary>
    private static readonly string[] SmallTables =
    [
        "CONSTANT", "line", "line_count", "queue", "queue_limit", "key_limit", "pause", "worker", "leader", "lease",
        "meta", "schema_step", "sqlite_schema", "slice", "api_key", "queue_setting", "type_seen", "dataset",
        "dataset_in", "failure_in",   // folded all the time, like delta
        "job_id",        // a sequence
        "delta",         // folded all the time; the counts are what is kept and all of it
        "attempt_all",   // no table: a view, whose parts stand in the plan by themselves
    ];

    /// <summary>Each statement of the store by the name of its constant.</summary>
    protected abstract IEnumerable<(string Name, string Sql)> Statements();

    /// <summary>How the database would run a statement, line by line, on tables as a migration leaves them.</summary>
    protected abstract ValueTask<string> ExplainAsync(string sql);

    [Fact]
    public async Task No_statement_scans_a_table_that_grows()
    {
        var statements = Statements().ToList();
        Assert.True(statements.Count > 100);
        var scans = new List<string>();
        foreach (var (name, sql) in statements)
        {
            scans.AddRange(
                from scan in FullScan().Matches(await ExplainAsync(sql))
                let table = TableOf(scan.Groups["table"].Value, sql)
                where !SmallTables.Contains(table) && !IsMadeBy(sql, table)
                select $"{name} scans {table}");
        }

        Assert.Empty(scans);
    }

    [Fact]
    public async Task Every_plan_is_one_that_somebody_has_looked_at()
    {
        var plans = new List<string>();
        foreach (var (name, sql) in Statements().OrderBy(statement => statement.Name, StringComparer.Ordinal))
        {
            plans.Add($"{name}\n{string.Concat((await ExplainAsync(sql)).Split('\n').Select(line => $"    {line}\n"))}");
        }

        Approve.Text(string.Join('\n', plans), $"../Plans/{Store.Info.Kind}.txt");
    }

    /// <summary>A whole table read in its own order; a walk along an index shows in the approved plans.</summary>
    [GeneratedRegex(@"\b(?:SCAN|Seq Scan on) (?:pawl\.)?(?<table>\w+)\b(?! USING| VIRTUAL TABLE)", RegexOptions.CultureInvariant)]
    private static partial Regex FullScan();

    /// <summary>Whether a name is that of a result the statement makes for itself, as large as what it then reads.</summary>
    private static bool IsMadeBy(string sql, string name) =>
        Regex.IsMatch(sql, $@"\bwith\s+(?:recursive\s+)?{name}\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>A plan names the alias a statement gave.</summary>
    private static string TableOf(string name, string sql)
    {
        var given = Regex.Match(
            sql, $@"\b(?:from|join)\s+(?:pawl\.)?(\w+)\s+(?:as\s+)?{name}\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        return given.Success ? given.Groups[1].Value : name;
    }
}
