using Pawl;

namespace Cards.Jobs;

/// <summary>Takes commits of one repository through both stages.</summary>
/// <param name="Repository">The folder that git keeps the repository in, absolute.</param>
/// <param name="Commits">Full ids in the order in which they are learned.</param>
[Job("cards.reprocess", Description = "Reads commits and makes study cards of them.")]
internal sealed record ReprocessCommits(string Repository, IReadOnlyList<string> Commits)
{
    public bool IsLike(ReprocessCommits other) => Repository == other.Repository && Commits.SequenceEqual(other.Commits);
}
