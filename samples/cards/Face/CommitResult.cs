using Cards.Git;

namespace Cards.Face;

/// <summary>How one commit ended: with cards, without any for a reason, or with an error.</summary>
internal sealed record CommitResult(CommitId Id, string Subject, int Cards, string? NoneBecause = null, string? Error = null);
