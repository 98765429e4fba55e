using System.Text.RegularExpressions;

namespace Pawl.Tidy.Code;

/// <summary>Migrations only add, so that the older program still runs on the newer schema.</summary>
public sealed partial class SchemaTests
{
    [Fact]
    public void No_migration_takes_anything_away() =>
        Verdict.Clean(Checkout.Under("src/", ".sql").SelectMany(Check));

    [Theory]
    [InlineData("drop table job;")]
    [InlineData("alter table job DROP column x;")]
    [InlineData("delete from job;")]
    [InlineData("Truncate job;")]
    [InlineData("job_id integer references job on delete cascade,")]
    public void A_migration_that_takes_away_is_found(string sql) =>
        Assert.Single(Check(new("src/Pawl.Sqlite/Schema/0001_jobs.sql", $"-- jobs\n{sql}")));

    [Fact]
    public void Words_that_only_contain_such_a_word_pass() =>
        Assert.Empty(Check(new("a.sql", "create table job (deleted_at integer, dropped integer);")));

    private static IEnumerable<string> Check(SourceFile file) =>
        file.Lines
            .Where(line => Forbidden().IsMatch(line.Text))
            .Select(line => $"{file.Path}:{line.Number}: {line.Text.Trim()}");

    [GeneratedRegex(@"\b(?:drop|delete|truncate)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Forbidden();
}
