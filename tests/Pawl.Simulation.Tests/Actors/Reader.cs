using Pawl.Simulation.Tests.Runs;
using Pawl.Simulation.Tests.Worlds;

namespace Pawl.Simulation.Tests.Actors;

/// <summary>Follows the events from number to number, as a stream does that was cut and goes on.</summary>
internal sealed class Reader(World world, Life life, IJobs jobs, Dice dice)
{
    public List<EventRecord> Got { get; } = [];

    public async Task RunAsync()
    {
        while (!world.IsHealed)
        {
            await Task.Delay(dice.Seconds(2, 20), life.Clock);
            try
            {
                Got.AddRange(await jobs.EventsAsync(Got.Count == 0 ? 0 : Got[^1].Seq, limit: dice.Pick(1, 7, 500)));
            }
            catch (Exception)
            {
                // It goes on from where it was.
            }
        }
    }
}
