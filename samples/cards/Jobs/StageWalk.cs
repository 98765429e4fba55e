using System.Collections.Concurrent;
using System.Security.Cryptography;
using Cards.Git;
using Cards.Making;
using Cards.Parsing;
using Pawl;

namespace Cards.Jobs;

/// <summary>Both stages over batches of commits, within one attempt.</summary>
internal sealed class StageWalk
{
    // A Ctrl+C in a terminal reaches git as well as this program, and often first.
    private static readonly TimeSpan StopFollows = TimeSpan.FromSeconds(2);

    private readonly GitCommand _git;
    private readonly JobContext _job;
    private readonly ItemLedger _parsed;
    private readonly ItemLedger _made;
    private readonly ConcurrentDictionary<CommitId, ParsedCommit> _read = [];
    private Dictionary<string, ItemRow?> _rows = [];

    public StageWalk(GitCommand git, JobContext job)
    {
        (_git, _job) = (git, job);
        _parsed = job.Items(Stages.Parsed, Options(Stages.Parser));
        _made = job.Items(Stages.Made, Options(Stages.Cards));
    }

    public async Task DoAsync(IReadOnlyList<CommitId> batch, CancellationToken cancellationToken)
    {
        _read.Clear();
        await _parsed.ForEachAsync(batch, ParsedItem, ReadAsync, cancellationToken).ConfigureAwait(false);

        var answers = await _parsed.StatusAsync([.. batch.Select(ParsedItem)], cancellationToken).ConfigureAwait(false);
        _rows = answers.ToDictionary(answer => answer.Key, answer => answer.Row);
        await _made.ForEachAsync(batch, MadeItem, MakeAsync, cancellationToken).ConfigureAwait(false);
    }

    private static ItemOptions Options(string part) => new()
    {
        Parts = [part],
        Parallel = Math.Clamp(Environment.ProcessorCount, 1, 8),
        BatchSize = ReprocessHandler.Batch,
        SaveEvery = ReprocessHandler.Batch,
        SaveAfter = TimeSpan.FromMilliseconds(500),
    };

    // A commit's id covers its content and its whole history: nothing that git shows of it can change without it.
    private static ItemId ParsedItem(CommitId id) => new(id.ToString(), InputHash: id.ToString());

    private ItemId MadeItem(CommitId id) => new(id.ToString(), UpstreamHash: _rows[id.ToString()]?.OutputHash);

    private async Task<ItemOutput?> ReadAsync(CommitId id, CancellationToken cancellationToken)
    {
        var began = _job.Clock.GetTimestamp();
        ParsedCommit commit;
        try
        {
            commit = await ShowAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            CommitLog.Failed(_job.Logger, id.ToString(), error.Message);
            throw;
        }

        _read[id] = commit;
        var (json, hash) = ReadCommit.Write(commit);
        return new ItemOutput { OutputHash = hash, Outputs = json, Metrics = Metrics(commit, began) };
    }

    private async Task<ItemOutput?> MakeAsync(CommitId id, CancellationToken cancellationToken)
    {
        var began = _job.Clock.GetTimestamp();
        var commit = await FindAsync(id, cancellationToken).ConfigureAwait(false);
        var cards = CardMaker.Make(commit);
        CommitLog.Made(_job.Logger, id.ToString(), cards.Cards.Count, commit.Subject, cards.NoneBecause);
        var json = MadeCards.Of(commit, cards).Write();
        var metrics = Metrics(commit, began);
        metrics["cards"] = cards.Cards.Count;
        return new ItemOutput { OutputHash = Convert.ToHexStringLower(SHA256.HashData(json)), Outputs = json, Metrics = metrics };
    }

    /// <summary>The parsed commit: just read, or as the ledger keeps it; from git again only where it was too large for that.</summary>
    private async Task<ParsedCommit> FindAsync(CommitId id, CancellationToken cancellationToken)
    {
        if (_read.TryGetValue(id, out var commit))
        {
            return commit;
        }

        if (_rows[id.ToString()] is not { SucceededAt: not null } row)
        {
            var error = _rows[id.ToString()]?.Error;
            throw new JobException(error?.Category ?? ErrorCategory.Internal, $"It could not be read: {error?.Message}", "not_read");
        }

        return (row.Outputs is { } kept ? ReadCommit.Read(kept) : null) ?? await ShowAsync(id, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ParsedCommit> ShowAsync(CommitId id, CancellationToken cancellationToken)
    {
        try
        {
            return await ShowCommand.RunAsync(_git, id, cancellationToken).ConfigureAwait(false);
        }
        catch (GitFailedException error) when (error.ExitCode is { } exit)
        {
            if (exit is 130 or 143)
            {
                await Task.Delay(StopFollows, _job.Clock, cancellationToken).ConfigureAwait(false);
            }

            throw new CommandFailedException(exit, $"git show {id.Short}: {error.Message}", error.Message);
        }
    }

    private Dictionary<string, double> Metrics(ParsedCommit commit, long began) => new()
    {
        ["files"] = commit.Files.Count,
        ["lines"] = commit.Files.Sum(file => (long)file.Added + file.Removed),
        ["ms"] = Math.Round(_job.Clock.GetElapsedTime(began).TotalMilliseconds, 1),
    };
}
