using Pawl;
using Spectre.Console;

namespace Cards.Face;

/// <summary>A live bar and a table, for a person at a terminal.</summary>
internal sealed class LiveFace(IAnsiConsole console) : IFace
{
    public void Begin(string repository, ItemSummary freshness)
    {
        console.MarkupLine($"[bold]{Markup.Escape(Visible.Text(repository))}[/]  {Markup.Escape(freshness.ToString())}");
    }

    public bool Confirm(string question) => console.Confirm(Markup.Escape(question));

    public async Task FollowAsync(int commits, Func<Action<CommitResult>, Task> run)
    {
        var columns = new ProgressColumn[]
        {
            new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(),
            new TaskDescriptionColumn { Alignment = Justify.Left },
        };
        await console.Progress().AutoClear(true).Columns(columns).StartAsync(async context =>
        {
            var task = context.AddTask("reading", maxValue: Math.Max(1, commits));
            var cards = 0;
            await run(result =>
            {
                cards += result.Cards;
                task.Description = Markup.Escape($"{cards} cards  {result.Id.Short} {Short(result.Subject)}");
                task.Increment(1);
                if (result.Error is { } error)
                {
                    console.MarkupLine($"[red]failed[/] {result.Id.Short} {Markup.Escape(Visible.Text(error))}");
                }
            }).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    public void End(RunSummary summary)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumns("", "");
        foreach (var (name, value) in SummaryRows.Of(summary))
        {
            table.AddRow(Markup.Escape(name), Markup.Escape(value));
        }

        console.Write(table);
    }

    private static string Short(string subject)
    {
        var line = Visible.Text(subject);
        return line.Length <= 50 ? line : line[..49] + "…";
    }
}
