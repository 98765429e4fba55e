namespace Pawl.Simulation.Tests.Faults;

/// <summary>What can go wrong. Each run draws a rate for each of them, many of them zero: faults that always come together hide those that
/// must come alone.</summary>
internal enum FaultKind
{
    /// <summary>A call fails before it reaches the store.</summary>
    FailBefore,

    /// <summary>A call is committed and its answer is lost.</summary>
    FailAfter,

    /// <summary>The database is busy.</summary>
    Busy,

    /// <summary>A call takes its time before it reaches the store.</summary>
    SlowBefore,

    /// <summary>An answer takes its time.</summary>
    SlowAfter,

    /// <summary>The process stands still for a while after it called and before the store hears of it.</summary>
    PauseBefore,

    /// <summary>The process dies before its call reaches the store.</summary>
    CrashBefore,

    /// <summary>The process dies when its call is committed and not answered.</summary>
    CrashAfter,

    /// <summary>The database refuses a commit.</summary>
    CommitRefused,

    /// <summary>The disk is full for a while.</summary>
    DiskFull,

    /// <summary>The database cannot be written for a while.</summary>
    ReadOnly,

    /// <summary>The store answers nobody for a while.</summary>
    Away,

    /// <summary>A process dies.</summary>
    Crash,

    /// <summary>A process stands still for a while.</summary>
    Pause,

    /// <summary>All processes stand still for a while, as on a suspended machine.</summary>
    Suspend,

    /// <summary>A process is stopped in good order and started again.</summary>
    Restart,

    /// <summary>A wall clock jumps.</summary>
    ClockJump,

    /// <summary>A wall clock runs too fast or too slow.</summary>
    ClockDrift,

    /// <summary>A hint that there is something to do is lost.</summary>
    HintLost,
}
