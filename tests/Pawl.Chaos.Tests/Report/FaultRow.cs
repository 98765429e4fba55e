using System.Globalization;
using Pawl.Chaos.Tests.History;
using Pawl.Checker;

namespace Pawl.Chaos.Tests.Report;

/// <summary>The row of one fault on one store. It says <c>failed</c> from its begin until the test has come to its end: a fault that could
/// not be injected is never taken for one that was survived.</summary>
/// <remarks>Written into the folder that <c>PAWL_CHAOS_REPORT</c> names, one file a row; without it, only to the test's output.</remarks>
internal sealed class FaultRow
{
    private readonly ITestOutputHelper _output;
    private readonly string _fault;
    private readonly string _store;
    private readonly string _what;
    private int _count;
    private string _numbers = "| - | - | - | - | - ";
    private string _verdict = "failed";

    private FaultRow(ITestOutputHelper output, string fault, string store, string what)
    {
        (_output, _fault, _store, _what) = (output, fault, store, what);
        Write();
    }

    public static FaultRow Begin(ITestOutputHelper output, string fault, string store, string what) => new(output, fault, store, what);

    /// <summary>How often the fault was injected so far.</summary>
    public void Count(int times) => _count = times;

    /// <summary>Fails when a promise was broken, or nothing can be said; else gives the run back.</summary>
    public Run Prove(Run run, string more = "")
    {
        var judgement = Proof.Of(run);
        var numbers = (string[])
        [
            .. ((string[])["lost", "unexpected"]).Select(name => Number(judgement, name)),
            $"{Number(judgement, "duplicated_explained")} / {Number(judgement, "duplicated_unexplained")}",
            Number(judgement, "accepted_stale"),
            $"{Number(judgement, "max_recovery_ms")} ms",
        ];
        _numbers = $"| {string.Join(" | ", numbers)} ";
        _verdict = judgement.Verdict == "valid" ? "failed" : judgement.Verdict;
        Write();
        Assert.True(judgement.ExitCode == 0, $"{more}{Environment.NewLine}{judgement.ToJson()}");
        return run;
    }

    /// <summary>The test has come to its end, and the fault was really there.</summary>
    public void Passed(string note = "")
    {
        Assert.True(_count > 0, $"{_fault} was never injected.");
        _verdict = note.Length == 0 ? "valid" : $"valid; {note}";
        Write();
    }

    /// <summary>Writes the row of a scenario of the sweep, whose first word is its name.</summary>
    public static void Scenario(ITestOutputHelper output, string name, string rest)
    {
        output.WriteLine($"| {name} {rest}");
        if (Environment.GetEnvironmentVariable("PAWL_CHAOS_REPORT") is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, $"{name}.md"), $"| {name} {rest}{Environment.NewLine}");
        }
    }

    private static string Number(Judgement judgement, string name) => judgement[name].ToString(CultureInfo.InvariantCulture);

    private void Write()
    {
        var line = string.Create(
            CultureInfo.InvariantCulture, $"| {_fault} | {_what} | {_store} | {_count} {_numbers}| {_verdict} |");
        _output.WriteLine(line);
        if (Environment.GetEnvironmentVariable("PAWL_CHAOS_REPORT") is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, $"{_fault}-{_store}.md"), line + Environment.NewLine);
        }
    }
}
