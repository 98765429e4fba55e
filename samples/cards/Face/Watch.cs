using Pawl;

namespace Cards.Face;

/// <summary>Who is told how a run gets on.</summary>
/// <param name="Progress">How far it has come, in steps; two for each commit.</param>
/// <param name="Commit">A commit has been done.</param>
internal sealed record Watch(Action<JobProgress> Progress, Action<CommitResult> Commit);
