using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using Pawl.Storage.Tests.Models;

namespace Pawl.Storage.Tests;

/// <summary>Random sequences of verbs go to a store and to a small model that knows the meaning and no SQL; after each step all that can be
/// seen must agree. A failure prints the seed and the shortest sequence that still fails.</summary>
/// <param name="part">Which part of the sequences: a class is run beside others, and these are the longest of all tests.</param>
/// <param name="ordinary">How many sequences.</param>
/// <remarks>The seeds are fixed, so that a red build is red again; <c>PAWL_MODEL_SEED</c> and <c>PAWL_MODEL_RUNS</c> choose
/// others.</remarks>
public abstract class ModelSpec(ulong part = 0, int ordinary = 200)
{
    private const int ModelSteps = 100;

    private static readonly DateTimeOffset Start = new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero).AddMicroseconds(123_456);

    /// <summary>Has a sequence played on a store of its own on an empty database, and closes it.</summary>
    protected abstract Task UseAsync(Func<IJobStore, Task> play);

    [Fact]
    public async Task Any_sequence_of_verbs_does_what_the_model_says()
    {
        var seed = Setting("PAWL_MODEL_SEED", 20260302UL) + part;
        var runs = (int)Setting("PAWL_MODEL_RUNS", (ulong)ordinary);
        var config = Config.QuickThrowOnFailure
            .WithMaxTest(runs)
            .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(seed), null)));
        var sequences = Arb.From(
            Gen.ArrayOf(Step.Any, ModelSteps),
            steps => Shorter(steps));

        // FsCheck waits for each run on the thread that asked, which must not be one that the runs need.
        await Task.Run(
            () => Check.One(config, Prop.ForAll(sequences, (Step[] steps) => UseAsync(store => PlayAsync(store, steps)))),
            TestContext.Current.CancellationToken);
    }

    private static ulong Setting(string name, ulong otherwise) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;

    /// <summary>Halves first, then single steps left out: most failures need a handful of steps.</summary>
    private static IEnumerable<Step[]> Shorter(Step[] steps)
    {
        for (var size = steps.Length / 2; size >= 1; size /= 2)
        {
            for (var at = 0; at + size <= steps.Length; at += size)
            {
                yield return [.. steps[..at], .. steps[(at + size)..]];
            }
        }
    }

    private static async Task PlayAsync(IJobStore store, Step[] steps)
    {
        await store.MigrateAsync(apply: true, CancellationToken.None);
        var player = new Player(store, Start);
        for (var n = 0; n < steps.Length; n++)
        {
            try
            {
                await player.DoAsync(steps[n]);
                await player.CompareAsync();
            }
            catch (Exception error)
            {
                throw new Disagreement($"Step {n + 1} of {steps.Length}, {steps[n]}: {error.Message}", error);
            }
        }

        await player.CompareHistoryAsync();
    }
}
