namespace Pawl.EndToEnd.Tests.History;

/// <summary>Proves the promises on what an outsider can see: the logs of callers and handlers, the kills, and the database.</summary>
/// <remarks>It shares no code with the engine, not even its words. An empty run is never valid.</remarks>
internal static class Checker
{
    private const int Shown = 20;

    public static IReadOnlyList<Finding> Check(Run run) =>
        run.Calls.Count == 0 || run.Effects.Count == 0 || run.Lives.Count == 0
            ? [new("nothing_ran", $"{run.Calls.Count} calls, {run.Effects.Count} effects, {run.Lives.Count} lives")]
            :
            [
                .. CallRules.Check(run), .. AttemptRules.Check(run), .. EventRules.Check(run), .. CheckpointRules.Check(run),
                .. CounterRules.Check(run.Stored),
            ];

    /// <summary>Fails when a promise was broken; else gives the run back.</summary>
    public static Run Proven(Run run)
    {
        var findings = Check(run);
        Assert.True(findings.Count == 0, Report(findings));
        return run;
    }

    /// <summary>The findings for a person: how many of each kind, and the first of them.</summary>
    public static string Report(IReadOnlyList<Finding> findings) => string.Join(
        Environment.NewLine,
        findings.GroupBy(finding => finding.Reason).SelectMany(
            kind => (string[])[$"{kind.Count()} x {kind.Key}", .. kind.Take(Shown).Select(finding => $"  {finding.What}")]));
}
