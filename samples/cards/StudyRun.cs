using Cards.Face;
using Cards.Git;
using Cards.Jobs;
using Pawl;

namespace Cards;

/// <summary>One start of the program: looks what there is to do, asks, and has it done by jobs.</summary>
internal sealed class StudyRun(Options options, IFace face, TimeProvider clock)
{
    // More than a person would choose by accident.
    private const int AskAbove = 500;

    /// <returns>The program's exit code.</returns>
    /// <exception cref="PawlException">The database cannot be used.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var repository = await Repository.OpenAsync(options.Repository, cancellationToken).ConfigureAwait(false);
        var commits = await repository.ListAsync(options.Selection, cancellationToken).ConfigureAwait(false);
        var order = Order.Of(options, repository, commits);
        var database = Database(order.Export.Output);
        var server = options.Serve ? Server.Choose(options.Listen, database) : null;

        Overview before;
        Earlier earlier;
        // First an engine that runs nothing: until the person has agreed, what an earlier start left open stays as it is.
        var looking = await CardsEngine.StartAsync(database, working: false, cancellationToken).ConfigureAwait(false);
        await using (looking.ConfigureAwait(false))
        {
            before = await Overview.AskAsync(looking.Jobs, Stages.Versions, commits, cancellationToken).ConfigureAwait(false);
            face.Begin(repository.Name, before.Summary, before.Causes);
            earlier = await Earlier.FindAsync(looking.Jobs, order, cancellationToken).ConfigureAwait(false);
            var count = before.ToDo(order.Force);
            if (count > AskAbove && !options.Yes && !face.Confirm($"Make cards of {count} commits?"))
            {
                return 0;
            }

            if (earlier.IsOther && !options.Yes && !face.Confirm("An earlier run of this repository is not finished. Finish it first?"))
            {
                earlier = earlier with { Unwanted = true };
            }
        }

        var engine = await (server is null
            ? CardsEngine.StartAsync(database, working: true, cancellationToken)
            : CardsEngine.ServeAsync(database, server, cancellationToken)).ConfigureAwait(false);
        await using (engine.ConfigureAwait(false))
        {
            if (server is not null)
            {
                var hasKey = await server.HasKeyAsync(clock, cancellationToken).ConfigureAwait(false);
                face.Serving(ServerRows.Of(server, hasKey));
            }

            var (reprocess, export) = await new JobRun(engine.Jobs, face, clock).RunAsync(order, earlier, cancellationToken)
                .ConfigureAwait(false);
            var after = await Overview.AskAsync(engine.Jobs, Stages.Versions, commits, cancellationToken).ConfigureAwait(false);
            var exit = End(reprocess, export, before, after, database, clock.GetElapsedTime(started));
            if (server is not null)
            {
                face.Say($"The server stays on {server.Url} until Ctrl+C.");
                await UntilStoppedAsync(cancellationToken).ConfigureAwait(false);
            }

            return exit;
        }
    }

    private async Task UntilStoppedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The work is done; being stopped is the way to end.
        }
    }

    private int End(Job reprocess, Job export, Overview before, Overview after, string database, TimeSpan took)
    {
        if (export.State != JobState.Succeeded || export.Result is not { } result)
        {
            face.Say($"The deck was not written: {export.Error?.Message ?? reprocess.Error?.Message ?? "the job was cancelled."}");
            return 1;
        }

        var deck = JobRun.Read<DeckWritten>(result);
        var all = after.Summary;
        face.End(new RunSummary
        {
            Cards = deck.Cards,
            Commits = all.New + all.Processed + all.NeedsRerun + all.Failed,
            Already = options.Force == Force.All ? 0 : before.Summary.Processed,
            WithoutCards = [.. deck.WithoutCards.Select(reason => (reason.Because, reason.Commits))],
            Failed = after.LastFailed,
            Took = took,
            Deck = deck.Path,
            Database = database,
        });
        if (reprocess.State == JobState.Failed && reprocess.Error is { } error)
        {
            face.Say(error.Message);
        }

        return after.LastFailed == 0 && reprocess.State == JobState.Succeeded ? 0 : 1;
    }

    // Beside the deck: who keeps decks of several repositories in one folder has one ledger for them.
    private string Database(string deck)
    {
        var folder = Path.GetDirectoryName(deck)!;
        Directory.CreateDirectory(folder);
        return Path.GetFullPath(options.Database ?? Path.Combine(folder, "cards.db"));
    }
}
