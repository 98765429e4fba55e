using System.Security.Cryptography;
using System.Text;
using Cards.Face;
using Cards.Git;
using Pawl;

namespace Cards.Jobs;

/// <summary>What the person asks for, as two jobs: the commits, and after them the deck.</summary>
/// <param name="Key">The repository's. One run of a repository is open at a time.</param>
internal sealed record Order(string Key, ReprocessCommits Reprocess, ExportDeck Export, Force Force)
{
    public static Order Of(Options options, Repository repository, IReadOnlyList<CommitId> commits)
    {
        var ids = commits.Select(id => id.ToString()).ToList();
        var output = Path.GetFullPath(options.Output ?? repository.Name + ".apkg");
        return new(
            repository.Key,
            new ReprocessCommits(repository.Folder, ids),
            new ExportDeck(repository.Name, ids, options.Deck ?? "Commits::" + repository.Name, output),
            options.Force);
    }

    public EnqueueOptions ReprocessOptions => new()
    {
        Trigger = Trigger.Manual,
        UniqueKey = Key,
        UniqueHold = UniqueHold.Active,
        ConcurrencyKey = Key,
        Force = Force,
    };

    // Also when commits failed: the deck then holds the others.
    public EnqueueOptions ExportOptions(JobId reprocess) => new()
    {
        Trigger = Trigger.Manual,
        UniqueKey = Key,
        UniqueHold = UniqueHold.Active,
        ConcurrencyKey = "deck:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Export.Output)).AsSpan(0, 16)),
        DependsOn = [new Dependency(reprocess, OnFailed: DependencyOnFailed.Run)],
    };
}
