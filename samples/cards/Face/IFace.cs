using Pawl;

namespace Cards.Face;

/// <summary>What the person at the terminal sees of a run, in the order of the members.</summary>
internal interface IFace
{
    /// <param name="freshness">Shown as <c>5 new, 2 already processed, 1 needs re-run</c>.</param>
    void Begin(string repository, ItemSummary freshness);

    bool Confirm(string question);

    Task FollowAsync(int commits, Func<Action<CommitResult>, Task> run);

    void End(RunSummary summary);
}
