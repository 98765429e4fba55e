namespace Pawl.Tests.Rules;

/// <summary>Writes <c>docs/states.md</c> from the table of moves.</summary>
internal static class StatesPage
{
    private const string Start = """
        # States of a job

        This page is written from the table in `src/Pawl/Transitions.cs`; a test fails when it is stale.

        A job is in exactly one of seven states. It waits in `scheduled` for a time, in `blocked` for other jobs or for an approval, and in
        `queued` for a free slot. It is `running` while one attempt holds its lease. It ends in `succeeded`, `failed` or `cancelled`.

        ```text
              new job              new job              new job
                 │                    │                    │
                 v                    v                    v
          ┌─────────────┐  due  ┌───────────┐  met  ┌─────────────┐
          │  scheduled  │──────>│  queued   │<──────│   blocked   │───┐
          └─────────────┘       └───────────┘       └─────────────┘   │
                 ^                claim│  ^                           │
                 │                     v  │ released, lost            │
                 │              ┌───────────┐                         │ a dependency
                 └──────────────│  running  │                         │ failed
             retry, snooze      └───────────┘                         │
                                 │    │    │                          │
                   ┌─────────────┘    │    └───────────┐              │
                   v                  v                v              │
            ┌─────────────┐    ┌────────────┐   ┌─────────────┐       │
            │  succeeded  │    │   failed   │   │  cancelled  │<──────┤
            └─────────────┘    └────────────┘   └─────────────┘       │
                                      ^                               │
                                      └───────────────────────────────┘
        ```

        Not drawn: a waiting job that is cancelled or expires goes to `cancelled`; a retry or a recovery takes a `failed` job, and a retry a
        `cancelled` one, back to `queued` as a new generation; an operator may move a job between `scheduled` and `queued`; a due retry
        over its queue's retry budget stays in `scheduled`, or goes back there, until a claim has room for it.
        """;

    private const string Rules = """
        A move is one guarded write that names the state it expects. A job found in another state is left as it is. What the table
        below does not list cannot happen:

        - A `succeeded` job is never opened again; running it again makes a new job.
        - A success that arrives after a cancel was asked for stays a success.
        - `cancelling` is not a state: the job is `running` and has `cancel_requested_at`. A dead letter is `failed` and not dismissed.
        """;

    public static string Write()
    {
        var states = Enum.GetValues<JobState>();
        string[] lines =
        [
            Start, "", "## Moves", "", Rules, "",
            "| # | event | happens when | from | to | recorded | who |",
            "|---|---|---|---|---|---|---|",
            .. Transitions.Table.Select(Row),
            "", "## Where each event leads", "", "An empty cell is no move.", "",
            $"| event | {string.Join(" | ", states.Select(Words.Of))} |",
            $"|---|{string.Concat(states.Select(_ => "---|"))}",
            .. from happened in Enum.GetValues<JobEvent>()
               where Transitions.First(happened) is null
               select $"| `{Words.Of(happened)}` | {string.Join(" | ", states.Select(state => Cell(state, happened)))} |",
        ];
        return (string.Join('\n', lines) + "\n").ReplaceLineEndings("\n");
    }

    private static string Row(Move move)
    {
        var from = move.From.Count == 0 ? "-" : string.Join(", ", move.From.Select(Words.Of));
        var to = move.To is { } state ? Words.Of(state) : "removed";
        return $"| {move.Number} | {move.Name} (`{Words.Of(move.Happened)}`) | {move.Guard} | {from} | {to} | {move.Note} | {move.Who} |";
    }

    private static string Cell(JobState from, JobEvent happened) =>
        happened == JobEvent.Purged && Transitions.MayPurge(from) ? "removed" : Words.Of(Transitions.Next(from, happened)) ?? "";
}
