using System.Globalization;
using System.Text;

namespace Pawl.Sqlite;

/// <summary>Schema steps as text, for those who apply them by hand.</summary>
internal static class Script
{
    /// <summary>The steps of some numbers as one script for the <c>sqlite3</c> shell: all or none. A step that is there already ends it
    /// with an error, and nothing is changed.</summary>
    /// <exception cref="PawlException"><c>schema_step_unknown</c>, exit code 2.</exception>
    public static string Of(int from = 1, int to = int.MaxValue)
    {
        var steps = SqliteStore.Steps.Where(step => step.Number >= from && step.Number <= to).ToList();
        if (steps.Count == 0)
        {
            throw new PawlException(
                "schema_step_unknown",
                $"There are steps 1 to {SqliteStore.Steps.Count}, but none from {from} to {to}. Name one of them.",
                exitCode: 2);
        }

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"-- The tables of Pawl in SQLite, steps {steps[0].Number} to {steps[^1].Number}.\n");
        text.Append("-- sqlite3 -bail FILE < SCRIPT, while no process has the file open; all or none.\n");
        if (from <= 1)
        {
            text.Append(CultureInfo.InvariantCulture, $"pragma application_id = {Place.ApplicationId};\n");
        }

        text.Append("begin immediate;\n").Append(SqliteStore.CreateSteps).Append(";\n");
        foreach (var step in steps)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n-- {step.Name}\n{step.Sql.TrimEnd()}\n");
            text.Append(CultureInfo.InvariantCulture, $"""
                insert into schema_step (number, name, checksum, applied_at)
                values ({step.Number}, '{step.Name}', '{step.Checksum}', unixepoch() * 1000000);

                """);
        }

        return text.Append("commit;\n").ToString();
    }
}
