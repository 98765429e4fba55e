using System.Globalization;
using Pawl.Chaos.Tests.History;

namespace Pawl.Chaos.Tests.Kill;

public sealed class KilledProcessTests(ITestOutputHelper output)
{
    private const int Databases = 2;

    // So many that no job ends by it: what a kill does to a job that runs is the subject here, not the cap.
    private const int LossCap = 10;

    /// <summary>How many kills in all: <c>PAWL_TEST_KILLS</c>, else 50.</summary>
    private static int Kills => Number("PAWL_TEST_KILLS", 50);

    /// <summary>Where chance begins: <c>PAWL_TEST_SEED</c>, else 1.</summary>
    private static int Seed => Number("PAWL_TEST_SEED", 1);

    [Fact]
    public async Task Kills_under_load_lose_no_acknowledged_job_repeat_none_without_a_reason_and_leave_the_file_whole() =>
        await Task.WhenAll(Enumerable.Range(0, Databases).Select(number => KillAsync((Kills + number) / Databases, Seed + number)));

    private async Task KillAsync(int kills, int seed)
    {
        using var course = new Course(LossCap, seed);
        var chance = new Random(seed);
        for (var kill = 1; kill <= kills; kill++)
        {
            await using var victim = course.Start("load");
            await victim.ReadyAsync();

            // A line comes every 10 ms. Each fifth dies at once, while it still cleans up after the one before.
            for (var lines = kill % 5 == 0 ? chance.Next(6) : chance.Next(40, 151); lines > 0; lines--)
            {
                Assert.True(await victim.LineAsync() is not null, "The process ended by itself.");
            }

            victim.Kill();
            await course.EndAsync(victim);
            Assert.Equal("ok", course.Integrity());
        }

        await course.DrainAsync();
        var run = course.Read();
        output.WriteLine(Summary(run, seed));
        Proof.Proven(run, $"PAWL_TEST_SEED={seed}");

        // Else the kills met nothing, and the run has shown nothing.
        Assert.Contains(run.Stored.Attempts, attempt => attempt.Outcome == "lost");
        Assert.Contains(run.Effects, effect => effect is { IsStart: true, Count: > 0 });
    }

    private static string Summary(Run run, int seed)
    {
        var answered = run.Calls.Where(call => call.What != "invoke").Select(call => (call.Life, call.Number)).ToHashSet();
        var stored = run.Stored.Jobs.Select(job => job.Tag).ToHashSet();
        var open = run.Calls.Where(call => call.What == "invoke" && !answered.Contains((call.Life, call.Number))).ToList();
        var outcomes = run.Stored.Attempts.GroupBy(attempt => attempt.Outcome).Select(kind => $"{kind.Key} {kind.Count()}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"seed {seed}: {run.Lives.Count(life => life.Killed)} kills, {run.Calls.Count(call => call.What == "invoke")} calls, "
            + $"{open.Count} cut off ({open.Count(call => stored.Contains(call.Tag))} stored all the same), {run.Stored.Jobs.Count} jobs,"
            + $" {run.Stored.Events.Count} events, attempts: {string.Join(", ", outcomes.Order(StringComparer.Ordinal))}");
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
