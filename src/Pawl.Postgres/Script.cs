namespace Pawl.Postgres;

/// <summary>Cuts a schema step into its statements: the extended protocol takes one at a time.</summary>
internal static class Script
{
    /// <summary>The statements of a script whose statements end with a semicolon at the end of a line.</summary>
    public static IEnumerable<string> Split(string script) =>
        script.Split(";\n").Select(statement => statement.Trim().TrimEnd(';')).Where(statement => statement.Length > 0);
}
