using Pawl.Simulation.Tests.Worlds;

namespace Pawl.Simulation.Tests.Faults;

/// <summary>Says which calls of a node to the store go wrong.</summary>
internal sealed class FaultDice
{
    private static readonly FaultKind[] AtCalls =
        [.. Enum.GetValues<FaultKind>().Where(kind => kind is >= FaultKind.FailBefore and <= FaultKind.CommitRefused)];

    private readonly Plan _plan;
    private readonly Dice _dice;
    private readonly double _sum;

    public FaultDice(Plan plan, Dice dice)
    {
        (_plan, _dice) = (plan, dice);
        _sum = AtCalls.Sum(kind => plan[kind]);
    }

    /// <summary>Ends all faults.</summary>
    public bool IsHealed { get; set; }

    /// <summary>What happens to the next call; null for nothing.</summary>
    public FaultKind? Next()
    {
        if (IsHealed || !_dice.Happens(_sum))
        {
            return null;
        }

        var share = _dice.Share() * _sum;
        foreach (var kind in AtCalls)
        {
            share -= _plan[kind];
            if (share < 0)
            {
                return kind;
            }
        }

        return null;
    }

    public bool HintIsLost() => !IsHealed && _dice.Happens(_plan[FaultKind.HintLost]);

    /// <summary>Whether others come first although nothing is wrong.</summary>
    public bool OthersFirst() => _dice.Happens(0.2);

    public TimeSpan Slowness() => _dice.Happens(0.1) ? _dice.Seconds(1, 40) : _dice.Seconds(0, 1);

    public TimeSpan Pause() => _dice.Happens(0.3) ? _dice.Seconds(30, 150) : _dice.Seconds(1, 40);

    public bool Half() => _dice.Happens(0.5);
}
