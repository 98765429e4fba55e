using Pawl.Postgres;

namespace Pawl.Simulation.Tests.Replays;

/// <summary>Asks another store all that a run asked of its own, and compares.</summary>
internal static class Replay
{
    private const int Shown = 8;

    /// <summary>What differs first; null when nothing does.</summary>
    public static async Task<string?> DifferenceAsync(Tape tape, PostgresStore store, CancellationToken cancellationToken)
    {
        for (var n = 0; n < tape.Calls.Count; n++)
        {
            var call = tape.Calls[n];
            var answer = await call.AskAsync(store, cancellationToken);
            while (!store.IsIdle)
            {
                await Task.Yield();   // two calls at a time draw numbers ahead, and leave some of them unused
            }

            if (answer != call.Answer)
            {
                var before = tape.Calls.Take(n).TakeLast(Shown).Select(sooner => $"  {sooner} -> {sooner.Answer}");
                return string.Join(
                    Environment.NewLine,
                    [$"call {n + 1} of {tape.Calls.Count}, {call}:", Answer.Apart(call.Answer, answer), "after", .. before]);
            }
        }

        var rows = (await Rows.OfAsync(store, cancellationToken)).ToDictionary(row => row.What, row => row.Text);
        var other = tape.Rows.Where(row => rows.GetValueOrDefault(row.What) != row.Text).Take(Shown)
            .Select(row => $"{row.What}:{Environment.NewLine}{Answer.Apart(row.Text, rows.GetValueOrDefault(row.What) ?? "nothing")}")
            .Concat(rows.Keys.Except(tape.Rows.Select(row => row.What)).Select(what => $"{what} was not there"))
            .ToList();
        return other.Count == 0 ? null : string.Join(Environment.NewLine, other);
    }
}
