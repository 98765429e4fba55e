using Cards.Decks;
using Cards.Face;
using Cards.Git;
using Cards.Making;
using Cards.Parsing;

namespace Cards;

/// <summary>Takes commits through both stages and keeps the notes for the deck. One bad commit never stops the rest.</summary>
internal sealed class StudyRun(Repository repository)
{
    private readonly List<Note> _notes = [];
    private readonly List<CommitResult> _results = [];

    public IReadOnlyList<Note> Notes => _notes;

    public IReadOnlyList<CommitResult> Results => _results;

    public async Task RunAsync(IEnumerable<CommitId> commits, Action<CommitResult> report, CancellationToken cancellationToken)
    {
        foreach (var id in commits)
        {
            var result = await RunAsync(id, cancellationToken).ConfigureAwait(false);
            _results.Add(result);
            report(result);
        }
    }

    private async Task<CommitResult> RunAsync(CommitId id, CancellationToken cancellationToken)
    {
        try
        {
            var commit = await ShowCommand.RunAsync(repository.Git, id, cancellationToken).ConfigureAwait(false);
            var made = CardMaker.Make(commit);
            _notes.AddRange(made.Cards.Select(card => Note.Of(repository.Name, commit, card)));
            return new CommitResult(id, commit.Subject, made.Cards.Count, made.NoneBecause);
        }
        catch (Exception error) when (error is GitFailedException or FormatException)
        {
            return new CommitResult(id, "", 0, Error: error.Message);
        }
    }
}
