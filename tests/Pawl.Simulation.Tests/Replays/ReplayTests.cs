using Pawl.Simulation.Tests.Runs;

namespace Pawl.Simulation.Tests.Replays;

/// <summary>What runs ask of SQLite, PostgreSQL answers alike: each call, and all the rows in the end.</summary>
/// <remarks><c>PAWL_SIM_REPLAYS</c> chooses how many runs, from <c>PAWL_SIM_FIRST</c> on; <c>PAWL_SIM_RUN</c> one only.</remarks>
public sealed class ReplayTests(Stage stage, ITestOutputHelper output) : IClassFixture<Stage>
{
    private const int MostShown = 8;

    [Fact]
    public Task A_few_runs_are_answered_alike_by_both_stores() => AgreeAsync(Choice.Replays ?? 3);

    [Fact]
    [Trait("run", "full")]
    public Task Many_runs_are_answered_alike_by_both_stores() => AgreeAsync(Choice.Replays ?? 300);

    private async Task AgreeAsync(int runs)
    {
        var (first, count) = Choice.Run is { } only ? (only, 1) : (Choice.First, runs);
        var (calls, broken) = (0, new List<string>());
        for (var run = first; run < first + count && broken.Count < MostShown; run++)
        {
            var tape = Runner.Tape(Choice.Plan(run));
            calls += tape.Calls.Count;
            await using var store = await stage.OpenAsync(TestContext.Current.CancellationToken);
            if (await Replay.DifferenceAsync(tape, store, TestContext.Current.CancellationToken) is { } difference)
            {
                broken.Add($"run {run}: {difference}");
                output.WriteLine(broken[^1]);
            }
        }

        output.WriteLine($"{count} runs, {calls} calls");
        Assert.True(broken.Count == 0, string.Join(Environment.NewLine, broken));
    }
}
