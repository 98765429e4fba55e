using Cards.Decks;
using Cards.Git;
using Pawl;

namespace Cards.Jobs;

/// <summary>Builds the deck from the ledger alone. Doing it twice gives the same file.</summary>
internal sealed class ExportHandler : IJobHandler<ExportDeck>
{
    private const int Page = 500;
    private const long MostAttached = 64 * 1_048_576;

    public async Task HandleAsync(ExportDeck payload, JobContext job, CancellationToken cancellationToken)
    {
        var ledger = job.Items(Stages.Made, new ItemOptions { Parts = [Stages.Cards] });
        var notes = new List<Note>();
        var without = new List<string>();
        var done = 0;
        foreach (var page in payload.Commits.Chunk(Page))
        {
            var answers = await ledger.StatusAsync([.. page.Select(key => new ItemId(key))], cancellationToken).ConfigureAwait(false);
            foreach (var answer in answers)
            {
                // One that failed now may have cards of an earlier success, and they still are what we know.
                if (answer.Row?.Outputs is not { } json)
                {
                    continue;
                }

                var made = MadeCards.Read(json);
                notes.AddRange(made.Cards.Select(card =>
                    Note.Of(payload.Repository, CommitId.Parse(answer.Key), made.Author, made.AuthoredAt, card)));
                if (made.NoneBecause is { } because)
                {
                    without.Add(because);
                }
            }

            job.Progress(done += page.Length, payload.Commits.Count);
        }

        if (notes.Count > 0)
        {
            Package.Write(payload.Output, new Deck(payload.Deck, notes), job.Clock.GetUtcNow());
            await AttachAsync(payload.Output, job, cancellationToken).ConfigureAwait(false);
        }

        var reasons = without.CountBy(because => because).OrderByDescending(reason => reason.Value)
            .Select(reason => new NoCards(reason.Key, reason.Value)).ToList();
        job.Result(new DeckWritten(notes.Count, notes.Count > 0 ? payload.Output : null, reasons));
    }

    private static async Task AttachAsync(string path, JobContext job, CancellationToken cancellationToken)
    {
        if (new FileInfo(path).Length <= MostAttached)
        {
            await job.AttachFileAsync(path, "deck.apkg", "application/x-apkg", cancellationToken).ConfigureAwait(false);
        }
        else
        {
            job.Degraded("The deck is larger than what is kept with a job; it lies only in its file.");
        }
    }
}
