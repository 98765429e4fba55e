using System.Text.Json;
using Pawl.Simulation.Tests.Proofs;
using Pawl.Simulation.Tests.Runs;
using Pawl.Simulation.Tests.Worlds;

namespace Pawl.Simulation.Tests.Actors;

/// <summary>A program that asks for jobs. A request with a key is repeated until it is answered; one without is not, as nobody knows what
/// became of it.</summary>
internal sealed class Asker(World world, Life life, IJobs jobs, Dice dice)
{
    private const int UniqueOps = 1_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task RunAsync()
    {
        while (!world.IsHealed)
        {
            await Task.Delay(world.Plan.ClientPause * 2 * dice.Share(), life.Clock);
            if (!world.IsHealed)
            {
                await world.DoAsync(AskAsync);
            }
        }
    }

    private async Task AskAsync()
    {
        var count = dice.Happens(0.2) ? 2 + dice.Below(6) : 1;
        var keyed = dice.Happens(0.7);
        var drafts = new JobDraft[count];
        for (var n = 0; n < count; n++)
        {
            drafts[n] = Draft(keyed);
        }

        for (var tries = 0; tries < (keyed ? 6 : 1); tries++)
        {
            try
            {
                var answers = await jobs.EnqueueManyAsync(drafts).WaitAsync(Patience, life.Clock);
                world.Referee.Promised(answers.Select(answer => answer.Id));
                if (tries > 0 && answers.Any(answer => answer.Deduplicated))
                {
                    world.Referee.Report.Saw(Rare.DuplicateAfterTimeout);
                }

                return;
            }
            catch (PawlException refused) when (!refused.Code.StartsWith("storage_", StringComparison.Ordinal))
            {
                if (refused.Code == "idempotency_conflict" && Array.TrueForAll(drafts, draft => draft.Options!.UniqueKey is null))
                {
                    world.Referee.Report.Breaks("G4", $"a repeated request was refused: {refused.Message}");
                }

                return;
            }
            catch (Exception)
            {
                await Task.Delay(dice.Seconds(0, 5), life.Clock);   // nobody knows whether it was stored
            }
        }
    }

    private JobDraft Draft(bool keyed)
    {
        var unique = !keyed && dice.Happens(0.2) ? dice.Below(4) : (int?)null;
        var op = unique is { } number ? UniqueOps + number : world.NextOp();
        var payload = JsonSerializer.SerializeToUtf8Bytes(new { op });
        var options = new EnqueueOptions
        {
            IdempotencyKey = keyed ? $"op{op}" : null,
            UniqueKey = unique is null ? null : $"unique{op}",
            Delay = dice.Happens(0.2) ? dice.Seconds(1, 30) : null,
            Priority = dice.Happens(0.3) ? dice.Pick(-20, 20, 40, 60) : null,
            Trigger = dice.Happens(0.1) ? Trigger.Manual : Trigger.Api,
            After = dice.Happens(0.1) ? world.AnyJob(dice) : null,
            RequiresApproval = dice.Happens(0.03),
            ConcurrencyKey = dice.Happens(0.1) ? dice.Pick("a", "b") : null,
            StartBy = dice.Happens(0.03) ? life.Clock.GetUtcNow() + dice.Seconds(1, 60) : null,
            RequestedBy = life.Machine.Name,
        };
        return new(unique is null && dice.Happens(0.4) ? "sim.bulk" : "sim.work", payload, options);
    }
}
