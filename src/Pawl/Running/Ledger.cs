using Pawl.Errors;
using Pawl.Storage;

namespace Pawl.Running;

/// <summary>The ledger of a dataset inside an attempt: what is fresh, and what became of each item.</summary>
internal sealed class Ledger : ItemLedger
{
    private const string TooLarge = "result_too_large";

    private readonly AttemptContext _job;
    private readonly ItemOptions _options;
    private readonly AttemptTools _tools;
    private readonly PipelineVersion _parts;
    private readonly Dictionary<string, string>? _partWords;

    public Ledger(AttemptContext job, string dataset, ItemOptions options, AttemptTools tools)
    {
        Bounds.Between(options.Parallel, 1, 1_000, "How many items are done at once");
        Bounds.Between(options.BatchSize, 1, Bounds.MaxKeys, "How many items are looked up at once");
        Bounds.Between(options.SaveEvery, 1, 1_000, "After how many results they are stored");
        Bounds.Between(options.SaveAfter, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), "After how long results are stored");
        (_job, Dataset, _options, _tools) = (job, dataset, options, tools);
        _parts = options.Parts is { } only ? job.Versions.Only(only) : job.Versions;
        _partWords = _parts.Parts.Count == 0 ? null : _parts.Parts.ToDictionary(part => part.Name, part => part.Version);
    }

    public override string Dataset { get; }

    public override async Task<ItemWalk> ForEachAsync<T>(
        IAsyncEnumerable<T> items,
        Func<T, ItemId> identify,
        Func<T, CancellationToken, Task<ItemOutput?>> process,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(identify);
        ArgumentNullException.ThrowIfNull(process);
        var walk = new Walk<T>(this, _job, _options, _tools, process, cancellationToken);
        var batch = new List<(T Item, ItemId Id)>(_options.BatchSize);
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            batch.Add((item, Checked(identify(item))));
            if (batch.Count == _options.BatchSize)
            {
                await walk.DoAsync(batch);
                batch.Clear();
            }
        }

        if (batch.Count > 0)
        {
            await walk.DoAsync(batch);
        }

        return _job.Tally.Read();
    }

    public override async Task<IReadOnlyList<ItemAnswer>> StatusAsync(
        IReadOnlyList<ItemId> items, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        if (items.Count > Bounds.MaxKeys)
        {
            throw new PawlException(
                "too_many_keys", $"One question names at most {Bounds.MaxKeys} items, but {items.Count} were given. Ask several times.");
        }

        if (items.Count == 0)
        {
            return [];
        }

        string[] keys = [.. items.Select(item => Names.ItemKey(item.Key))];
        var rows = await AskAsync(() => _tools.Store.ItemsAsync(Dataset, keys, cancellationToken), cancellationToken);
        return [.. rows.Select((row, i) => new ItemAnswer(keys[i], Freshness.Of(row, Now(items[i])), row))];
    }

    /// <summary>Whether an earlier attempt of this job has counted an item that another job did: as skipped, or as done before.</summary>
    internal async Task<bool> WasCountedAsync(ItemId item, CancellationToken cancellationToken)
    {
        var query = new ItemRunQuery(_job.Id, Dataset, item.Key, Limit: 1);
        var runs = await AskAsync(() => _tools.Store.ItemRunsAsync(query, cancellationToken), cancellationToken);
        return runs is [{ Result.Outcome: ItemOutcome.Skipped or ItemOutcome.Succeeded } run] && run.Attempt < _job.Attempt;
    }

    public override void Record(ItemId item, ItemOutput? output = null) => Record(item, ItemOutcome.Succeeded, output, null);

    public override void RecordFailure(ItemId item, Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var now = _tools.Clock.GetUtcNow();
        var verdict = _tools.Classifier.Classify(error, _job.Of.Type.ErrorRules, StopCause.None, now);
        RecordFailure(item, ErrorRecorder.Record(_job.Type, verdict, error, now, _job.Of.Secrets));
    }

    public override void RecordSkip(ItemId item) => RecordSkip(Checked(item), counts: true);

    internal void RecordFailure(ItemId item, JobError error)
    {
        Record(item, ItemOutcome.Failed, null, error);
        _job.Tally.Failed(error.Category);
    }

    internal void RecordSkip(ItemId item, bool counts)
    {
        _job.Keep(Result(item, ItemOutcome.Skipped, null, null), gotOn: false);
        if (counts)
        {
            _job.Tally.Skipped();
        }
    }

    /// <summary>Why an output cannot be kept; null when it can. It is the fault of that one item.</summary>
    internal static JobException? Fault(ItemOutput? output)
    {
        try
        {
            Check(output);
            return null;
        }
        catch (PawlException fault)
        {
            var category = fault.Code == TooLarge ? ErrorCategory.TooLarge : ErrorCategory.InvalidInput;
            return new(category, fault.Message, fault.Code, innerException: fault);
        }
    }

    private async Task<T> AskAsync<T>(Func<ValueTask<T>> ask, CancellationToken cancellationToken)
    {
        for (var (failures, since) = (0, _tools.Clock.GetTimestamp()); ; failures++)
        {
            try
            {
                return await ask();
            }
            catch (Exception fault) when (
                StoreFaults.IsOutage(fault)
                && !cancellationToken.IsCancellationRequested
                && _tools.Clock.GetElapsedTime(since) < _tools.Options.Worker.LeaseTtl)
            {
                // Like a save: a short absence of the store is no fault of the job.
                await Rest.ForAsync(
                    StoreFaults.Delay(failures, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5)), _tools.Clock, cancellationToken);
            }
        }
    }

    private static void Check(ItemOutput? output)
    {
        if (output?.Outputs is { } outputs)
        {
            Bounds.Size(outputs.Length, Bounds.MaxItemOutputs, TooLarge, "What an item gives");
            CanonicalJson.Check(outputs);
        }
    }

    private void Record(ItemId item, ItemOutcome outcome, ItemOutput? output, JobError? error)
    {
        Check(output);
        _job.Keep(Result(Checked(item), outcome, output, error), gotOn: outcome == ItemOutcome.Succeeded);
        if (outcome == ItemOutcome.Succeeded)
        {
            _job.Tally.Done();
        }
    }

    private ItemResult Result(ItemId item, ItemOutcome outcome, ItemOutput? output, JobError? error) => new()
    {
        Dataset = Dataset,
        Key = item.Key,
        Outcome = outcome,
        InputHash = item.InputHash,
        Parts = _partWords,
        OptionsHash = _options.OptionsHash,
        UpstreamHash = item.UpstreamHash,
        OutputHash = output?.OutputHash,
        Error = error,
        Outputs = output?.Outputs,
        Metrics = output?.Metrics,
    };

    private ItemNow Now(ItemId item) => new()
    {
        Parts = _parts, InputHash = item.InputHash, OptionsHash = _options.OptionsHash, UpstreamHash = item.UpstreamHash,
    };

    private static ItemId Checked(ItemId item)
    {
        Names.ItemKey(item.Key);
        return item;
    }
}
