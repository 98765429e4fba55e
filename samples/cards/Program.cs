using Cards;
using Cards.Decks;
using Cards.Face;
using Cards.Git;
using Pawl;
using Spectre.Console;

// More than a person would choose by accident.
const int AskAbove = 500;

var line = CommandLine.Read(args);
if (line.Help)
{
    Console.WriteLine(CommandLine.Usage);
    return 0;
}
if (line.Options is not { } options)
{
    Console.Error.WriteLine($"cards: {line.Error}");
    Console.Error.WriteLine("Try 'cards --help'.");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

var clock = TimeProvider.System;
IFace face = options.Plain || Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive
    ? new PlainFace(Console.Out)
    : new LiveFace(AnsiConsole.Console);
try
{
    var started = clock.GetTimestamp();
    var repository = await Repository.OpenAsync(options.Repository, stop.Token).ConfigureAwait(false);
    var commits = await repository.ListAsync(options.Selection, stop.Token).ConfigureAwait(false);
    face.Begin(repository.Name, new ItemSummary(commits.Count, 0, 0, 0));
    if (commits.Count > AskAbove && !options.Yes && !face.Confirm($"Make cards of {commits.Count} commits?"))
    {
        return 0;
    }

    var run = new StudyRun(repository);
    await face.FollowAsync(commits.Count, report => run.RunAsync(commits, report, stop.Token)).ConfigureAwait(false);

    var path = Path.GetFullPath(options.Output ?? repository.Name + ".apkg");
    if (run.Notes.Count > 0)
    {
        Package.Write(path, new Deck(options.Deck ?? "Commits::" + repository.Name, run.Notes), clock.GetUtcNow());
    }

    var failed = run.Results.Count(result => result.Error is not null);
    face.End(new RunSummary
    {
        Cards = run.Notes.Count,
        Commits = commits.Count,
        WithoutCards = run.Results.Where(result => result.NoneBecause is not null).CountBy(result => result.NoneBecause!)
            .OrderByDescending(reason => reason.Value).Select(reason => (reason.Key, reason.Value)).ToList(),
        Failed = failed,
        Took = clock.GetElapsedTime(started),
        Deck = run.Notes.Count > 0 ? path : null,
    });
    return failed == 0 ? 0 : 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("cards: stopped.");
    return 130;
}
catch (Exception error) when (error is GitFailedException or InvalidDataException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"cards: {Visible.Text(error.Message)}");
    return 1;
}
