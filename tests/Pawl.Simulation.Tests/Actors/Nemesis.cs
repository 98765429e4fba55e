using Pawl.Simulation.Tests.Faults;
using Pawl.Simulation.Tests.Runs;
using Pawl.Simulation.Tests.Worlds;

namespace Pawl.Simulation.Tests.Actors;

/// <summary>Brings the faults that no call brings: processes die and stand still, clocks jump, the disk is full.</summary>
internal sealed class Nemesis(World world, Life life, FaultKind kind, Dice dice)
{
    public async Task RunAsync()
    {
        while (!world.IsHealed)
        {
            await Task.Delay(TimeSpan.FromMinutes(1) / world.Plan[kind] * 2 * dice.Share(), life.Clock);
            if (!world.IsHealed)
            {
                await StrikeAsync();
            }
        }
    }

    private async Task StrikeAsync()
    {
        var nodes = world.Nodes;
        var node = nodes[dice.Below(nodes.Count)];
        var time = kind is FaultKind.Pause or FaultKind.Suspend ? Pause() : dice.Seconds(1, 30);
        world.Referee.Disturbed(node.Life, kind, time);
        switch (kind)
        {
            case FaultKind.Crash:
                world.Crash(node.Life);
                break;
            case FaultKind.Pause:
                node.Life.Pause(time);
                break;
            case FaultKind.Suspend:
                nodes.ToList().ForEach(each => each.Life.Pause(time));
                break;
            case FaultKind.Restart:
                await node.RestartAsync();
                break;
            case FaultKind.ClockJump:
                node.Machine.Jump(dice.Happens(0.5) ? dice.Seconds(-3600, 3600) : dice.Seconds(-60, 60));
                break;
            case FaultKind.ClockDrift:
                node.Machine.Run(dice.Pick(-0.01, 0.001, 0.05), life.Scheduler.Now);
                break;
            default:
                await BreakAsync(time);
                break;
        }
    }

    private async Task BreakAsync(TimeSpan time)
    {
        Set(broken: true);
        await Task.Delay(time, life.Clock);
        if (!world.IsHealed)
        {
            Set(broken: false);
        }
    }

    private void Set(bool broken)
    {
        switch (kind)
        {
            case FaultKind.DiskFull:
                world.Store.Fill(broken);
                break;
            case FaultKind.ReadOnly:
                world.Store.Protect(broken);
                break;
            case FaultKind.Away:
                world.Store.IsAway = broken;
                break;
        }
    }

    private TimeSpan Pause() => dice.Happens(0.3) ? dice.Seconds(30, 150) : dice.Seconds(1, 40);
}
