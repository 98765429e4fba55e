using Pawl;

namespace Cards.Face;

/// <summary>What the person at the terminal sees of a run, in the order of the members.</summary>
internal interface IFace
{
    /// <param name="repository">Its name.</param>
    /// <param name="freshness">Shown as <c>5 new, 2 already processed, 1 needs re-run</c>.</param>
    /// <param name="causes">Why commits need a re-run, and how many.</param>
    void Begin(string repository, ItemSummary freshness, IReadOnlyList<(string Cause, int Commits)> causes);

    bool Confirm(string question);

    void Say(string sentence);

    /// <summary>Told once, when others can watch the run: the lines of <see cref="ServerRows"/>, to be copied as they are.</summary>
    void Serving(IEnumerable<(string Name, string Value)> rows);

    Task FollowAsync(Func<Watch, Task> run);

    void End(RunSummary summary);
}
