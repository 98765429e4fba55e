using Pawl;
using Spectre.Console;

namespace Cards.Face;

/// <summary>A live bar and a table, for a person at a terminal.</summary>
internal sealed class LiveFace(IAnsiConsole console) : IFace
{
    public void Begin(string repository, ItemSummary freshness, IReadOnlyList<(string Cause, int Commits)> causes)
    {
        console.MarkupLine($"[bold]{Markup.Escape(Visible.Text(repository))}[/]  {Markup.Escape(freshness.ToString())}");
        foreach (var (cause, commits) in causes)
        {
            console.MarkupLine($"  [grey]re-run:[/] {Markup.Escape(Visible.Text(cause))} ({commits})");
        }
    }

    public bool Confirm(string question) => console.Confirm(Markup.Escape(question));

    public void Say(string sentence) => console.MarkupLine(Markup.Escape(Visible.Text(sentence)));

    public void Serving(IEnumerable<(string Name, string Value)> rows)
    {
        foreach (var (name, value) in rows)
        {
            // Past the layout: it would break a long line, and then it could not be copied.
            console.Markup($"[grey]{Markup.Escape(name),-6}[/] ");
            console.Profile.Out.Writer.WriteLine(value);
        }
    }

    public async Task FollowAsync(Func<Watch, Task> run)
    {
        var columns = new ProgressColumn[]
        {
            new ProgressBarColumn { Width = 30 }, new PercentageColumn(), new RemainingTimeColumn(),
            new TaskDescriptionColumn { Alignment = Justify.Left },
        };
        await console.Progress().AutoClear(true).Columns(columns).StartAsync(async context =>
        {
            var task = context.AddTask("reading");
            var cards = 0;
            await run(new Watch(Move, Tell)).ConfigureAwait(false);

            void Move(JobProgress progress)
            {
                task.MaxValue = Math.Max(1, progress.Total ?? 1);
                task.Value = progress.Done + progress.Failed + progress.Skipped;
            }

            void Tell(CommitResult result)
            {
                cards += result.Cards;
                task.Description = Markup.Escape($"{cards} cards  {result.Id.Short} {Short(result.Subject)}");
                if (result.Error is { } error)
                {
                    console.MarkupLine($"[red]failed[/] {result.Id.Short} {Markup.Escape(Visible.Text(error))}");
                }
            }
        }).ConfigureAwait(false);
    }

    public void End(RunSummary summary)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumns("", "");
        foreach (var (name, value) in SummaryRows.Of(summary))
        {
            var text = Markup.Escape(value);
            table.AddRow(Markup.Escape(name), value == summary.Deck || value == summary.Database ? $"[link={Link(value)}]{text}[/]" : text);
        }

        console.Write(table);
    }

    // Where the terminal knows links, a click opens the file. Brackets would end the markup.
    private static string Link(string path) => new Uri(Path.GetFullPath(path)).AbsoluteUri
        .Replace("[", "%5B", StringComparison.Ordinal).Replace("]", "%5D", StringComparison.Ordinal);

    private static string Short(string subject)
    {
        var line = Visible.Text(subject);
        return line.Length <= 40 ? line : line[..39] + "…";
    }
}
