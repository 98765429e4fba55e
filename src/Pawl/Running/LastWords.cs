using Pawl.Storage;

namespace Pawl.Running;

/// <summary>How an attempt ends when what it had to say with its end was refused.</summary>
internal static class LastWords
{
    /// <summary>The end to store instead.</summary>
    /// <param name="end">The end that was not stored.</param>
    /// <param name="refused">Why.</param>
    /// <param name="judge">How an attempt ends that would have succeeded, had an error not come at its end.</param>
    /// <param name="why">What will never be stored; null when all is.</param>
    public static Settlement Without(Settlement end, SaveReply? refused, Func<PawlException, Settlement> judge, out PawlException? why)
    {
        why = null;
        if (refused?.ChildRefusal is not { } refusal)
        {
            // The numbers of the checkpoints went apart. Only this attempt could write, so whatever is next is right.
            var next = end.Last?.Checkpoint is { } checkpoint ? checkpoint with { Version = null } : null;
            return end with { Last = end.Last is { } all ? all with { Checkpoint = next } : null };
        }

        // Stored together or not at all: what belongs to the children is not there either. The log does harm to nobody.
        var log = end.Last is { Log.IsEmpty: false } last ? new AttemptSave { Lease = end.Lease, Log = last.Log } : null;
        why = Refusals.Thrown(refusal, end.Last?.Children.Count ?? 1);
        return (end.Event == JobEvent.Completed ? judge(why) : end) with { Last = log };
    }
}
