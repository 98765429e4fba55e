using System.Globalization;
using System.Text;
using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>Schema steps as text: cut into statements for the driver, or put together for a person.</summary>
internal static class Script
{
    /// <summary>The statements of a script whose statements end with a semicolon at the end of a line: the extended protocol takes one at a
    /// time.</summary>
    public static IEnumerable<string> Split(string script) =>
        script.Split(";\n").Select(statement => statement.Trim().TrimEnd(';')).Where(statement => statement.Length > 0);

    /// <summary>Steps as one script for <c>psql</c>: all or none, and what was applied already is passed over.</summary>
    /// <param name="steps">The steps, in order.</param>
    /// <param name="prelude">What is run first, in the same transaction.</param>
    public static string Of(IReadOnlyList<SchemaStep> steps, IEnumerable<string> prelude)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"-- The tables of Pawl in PostgreSQL, steps {steps[0].Number} to {steps[^1].Number}.\n");
        text.Append("-- psql -v ON_ERROR_STOP=1 -f FILE; all or none, and a second run changes nothing.\nbegin;\n");
        foreach (var statement in prelude)
        {
            text.Append(statement).Append(";\n");
        }

        foreach (var step in steps)
        {
            text.Append(CultureInfo.InvariantCulture, $"""

                -- {step.Name}
                do $pawl_do$
                begin
                    if (select coalesce(max(number), 0) from pawl.schema_step) < {step.Number - 1} then
                        raise exception 'step {step.Number} needs the steps before it: apply them first';
                    end if;
                    if not exists (select from pawl.schema_step where number = {step.Number}) then
                        execute $pawl_step${'\n'}
                """);
            text.Append(step.Sql.TrimEnd()).Append('\n');
            text.Append(CultureInfo.InvariantCulture, $"""
                $pawl_step$;
                        insert into pawl.schema_step (number, name, checksum, applied_at)
                        values ({step.Number}, '{step.Name}', '{step.Checksum}', (extract(epoch from clock_timestamp()) * 1000000)::bigint);
                    end if;
                end
                $pawl_do$;

                """);
        }

        return text.Append("commit;\n").ToString();
    }
}
