using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>What one line did in one minute, in the order of the columns of <c>minute</c>.</summary>
internal sealed class Tally
{
    public const long MinuteMicros = 60_000_000;
    private const int FirstEnd = 2;
    private const int DiedAt = 9;

    public long[] Values { get; } = new long[12];

    /// <summary>How long the attempts waited and ran.</summary>
    public MinuteTimes Times { get; } = new();

    public void Created(int count = 1) => Values[0] += count;

    public void Started(int count, long waitMicros)
    {
        Values[1] += count;
        Values[10] += waitMicros;
    }

    /// <summary>Tells the run of an attempt that came to an end of its own.</summary>
    public void Ran(Outcome outcome, long runMicros)
    {
        if (outcome is Outcome.Succeeded or Outcome.Failed or Outcome.TimedOut)
        {
            Times.AddRun(runMicros);
        }
    }

    public void Ended(Outcome outcome, int count, long runMicros)
    {
        Values[FirstEnd + (int)outcome] += count;
        Values[11] += runMicros;
    }

    public void Died() => Values[DiedAt]++;
}
