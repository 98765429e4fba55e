using Pawl.Simulation.Tests.Worlds;

namespace Pawl.Simulation.Tests.Faults;

/// <summary>What one run is like: all of it follows from its number.</summary>
internal sealed class Plan
{
    private readonly double[] _rates = new double[Enum.GetValues<FaultKind>().Length];

    private Plan(int run) => Run = run;

    public int Run { get; }

    /// <summary>How long anything may break.</summary>
    public TimeSpan Safety { get; private set; }

    public TimeSpan LeaseTtl { get; private set; }

    public TimeSpan Heartbeat { get; private set; }

    public TimeSpan Poll { get; private set; }

    public TimeSpan Prefetch { get; private set; }

    public TimeSpan RecoveryInterval { get; private set; }

    public int LossCap { get; private set; }

    public int Slots { get; private set; }

    public RetryPolicy Retry { get; private set; } = new();

    public double RetryShare { get; private set; }

    /// <summary>From how many jobs on the store leases by the batch.</summary>
    public int BatchLeaseFrom { get; private set; }

    /// <summary>How many attempts of a lost worker end in one call.</summary>
    public int LosePage { get; private set; }

    /// <summary>Whether processes hear at once what others commit.</summary>
    public bool Hears { get; private set; }

    /// <summary>How long a client waits between two requests, on average.</summary>
    public TimeSpan ClientPause { get; private set; }

    /// <summary>How long the person waits between two commands, on average.</summary>
    public TimeSpan PersonPause { get; private set; }

    /// <summary>Whether the person waits for what is due later when all is well again, or moves it.</summary>
    public bool Waits { get; private set; }

    /// <summary>How many of the attempts go wrong.</summary>
    public double Trouble { get; private set; }

    /// <summary>How many of the jobs kill the process that runs them.</summary>
    public double Poison { get; private set; }

    /// <summary>The faults of this run.</summary>
    public IEnumerable<FaultKind> Kinds => Enum.GetValues<FaultKind>().Where(kind => _rates[(int)kind] > 0);

    /// <summary>Whether wall clocks cannot be trusted in this run.</summary>
    public bool ClocksLie => this[FaultKind.ClockJump] > 0 || this[FaultKind.ClockDrift] > 0;

    /// <summary>For what may happen at a call: its probability. For the others: how often in a minute.</summary>
    public double this[FaultKind kind] => _rates[(int)kind];

    /// <summary>The plan of a run.</summary>
    /// <param name="run">Its number.</param>
    /// <param name="off">Faults that do not happen.</param>
    /// <param name="safety">How long anything may break; null for as long as was drawn.</param>
    public static Plan Of(int run, IReadOnlySet<FaultKind>? off = null, TimeSpan? safety = null)
    {
        var plan = new Plan(run);
        var dice = Dice.For(run, "settings");
        plan.DrawSettings(dice);
        plan.DrawLoad(dice);
        plan.DrawRates(Dice.For(run, "rates"));
        foreach (var kind in off ?? new HashSet<FaultKind>())
        {
            plan._rates[(int)kind] = 0;
        }

        plan.Safety = safety ?? plan.Safety;
        return plan;
    }

    private void DrawSettings(Dice dice)
    {
        (LeaseTtl, Heartbeat) = dice.Pick(
            (TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10)),
            (TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10)),
            (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(3)),
            (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1)));
        Poll = dice.Pick(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));
        Prefetch = dice.Pick(TimeSpan.Zero, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(10));
        RecoveryInterval = dice.Seconds(20, 200);
        LossCap = dice.Pick(1, 2, 3, 3, 5);
        Slots = dice.Pick(1, 2, 4, 10);
        Retry = new()
        {
            MaxAttempts = dice.Pick(1, 2, 3, 3, 5),
            BaseDelay = dice.Pick(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20)),
            MaxDelay = TimeSpan.FromSeconds(60),
        };
        RetryShare = dice.Pick(0.2, 0.2, 0.5, 1);
        BatchLeaseFrom = dice.Pick(1, 2, 4, 1_000);
        LosePage = dice.Pick(1, 2, 1_000, 1_000);
        Hears = dice.Happens(0.6);
    }

    private void DrawLoad(Dice dice)
    {
        // Many short runs find more than a few long ones, but some things need time: one of 500 runs takes two hours.
        Safety = dice.Happens(0.002) ? TimeSpan.FromHours(2) : dice.Seconds(30, 120);
        var jobs = dice.Pick(8, 16, 32);
        ClientPause = Safety / jobs * 3;
        PersonPause = Safety / dice.Pick(3, 10, 20);
        Trouble = dice.Pick(0.05, 0.3, 0.3, 0.7);
        Poison = dice.Pick(0, 0, 0, 0.1);
        Waits = dice.Happens(0.2);
    }

    private void DrawRates(Dice dice)
    {
        foreach (var kind in Enum.GetValues<FaultKind>())
        {
            var atCall = kind is FaultKind.HintLost or (>= FaultKind.FailBefore and <= FaultKind.CommitRefused);
            var rate = atCall ? dice.Pick(0.002, 0.01, 0.05) : dice.Pick(0.3, 1.0, 2.0);
            _rates[(int)kind] = dice.Happens(0.3) ? rate * Weight(kind) : 0;
        }
    }

    // What takes a process away for long is rarer, or nothing would ever get done.
    private static double Weight(FaultKind kind) =>
        kind is FaultKind.CrashBefore or FaultKind.CrashAfter or FaultKind.PauseBefore ? 0.1 : 1;
}
