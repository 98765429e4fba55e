using System.CommandLine;
using System.CommandLine.Help;
using Pawl.Cli.Commands;

namespace Pawl.Cli.Hosting;

/// <summary>All words of the tool. Only what a command line needs is built: a verb lives for a tenth of a second.</summary>
internal static class Tree
{
    /// <summary>The words after <c>pawl</c>, in the order of the help.</summary>
    private static readonly (string Word, Func<Command> Build)[] Words =
    [
        ("enqueue", JobsEnqueue.Build),
        ("list", JobsList.Build),
        ("get", JobsGet.Build),
        ("watch", JobsWait.BuildWatch),
        ("wait", JobsWait.BuildWait),
        ("logs", JobsLogs.Build),
        ("cancel", JobsActions.Cancel),
        ("retry", JobsActions.Retry),
        ("rerun", () => JobsEdit.RunAgain("rerun")),
        ("jobs", Jobs),
        ("bulk", BulkVerbs.Build),
        ("failures", Failures.Build),
        ("queues", QueuesAndTypes.Queues),
        ("types", QueuesAndTypes.Types),
        ("items", Items.Build),
        ("workers", Workers.Build),
        ("recover", Recover.Build),
        ("health", Figures.Health),
        ("stats", Figures.Stats),
        ("scaling", Figures.Scaling),
        ("events", Events.Build),
        ("top", Top.Build),
        ("login", Access.Login),
        ("keys", Access.Keys),
        ("audit", Access.Audit),
        ("profiles", ProfileVerbs.Build),
        ("serve", Serve.Build),
        ("worker", WorkerVerb.Build),
        ("db", Db.Build),
        ("config", ConfigShow.Build),
        ("doctor", Doctor.Build),
        ("completion", Completion.Build),
        ("version", VersionVerb.Build),
    ];

    /// <summary>The tree for a command line: whole where it is not clear which word is meant.</summary>
    public static RootCommand Of(string[] line)
    {
        var root = new RootCommand("Runs a Pawl server and drives one. Jobs that are taken are never lost.");
        foreach (var option in Globals.All)
        {
            option.Recursive = true;
            root.Add(option);
        }

        foreach (var option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction help } found)
            {
                found.Action = new HelpWithExample(help);
            }
            else if (option is VersionOption version)
            {
                version.Action = new ShowVersion();
            }
        }

        root.SetAction((parsed, _) => Task.FromResult(root.Parse(["--help"]).Invoke()));
        var (_, build) = Array.Find(Words, entry => entry.Word == First(line));
        if (build is not null)
        {
            root.Add(build());
        }
        else
        {
            Array.ForEach(Words, entry => root.Add(entry.Build()));
        }

        return root;
    }

    private static Command Jobs() => new("jobs", "Jobs")
    {
        JobsEnqueue.Build(),
        JobsList.Build(),
        JobsGet.Build(),
        JobsGet.BuildWhy(),
        JobsWait.BuildWatch(),
        JobsWait.BuildWait(),
        JobsLogs.Build(),
        JobsArtifacts.Build(),
        JobsActions.Cancel(),
        JobsActions.Retry(),
        JobsActions.Dismiss(),
        JobsActions.Undismiss(),
        JobsActions.Delete(),
        JobsEdit.RunAgain(),
        JobsEdit.Set(),
        JobsEdit.Approve(),
        JobsEdit.Reject(),
        JobsList.BuildCounts(),
    };

    /// <summary>The first word that is neither an option nor the value of one.</summary>
    private static string? First(string[] line)
    {
        for (var at = 0; at < line.Length; at++)
        {
            if (line[at] is not ['-', ..])
            {
                return line[at];
            }

            var takesNext = !line[at].Contains('=', StringComparison.Ordinal)
                && Globals.All.Any(option => option.ValueType != typeof(bool)
                    && (option.Name == line[at] || option.Aliases.Contains(line[at])));
            at += takesNext ? 1 : 0;
        }

        return null;
    }
}
