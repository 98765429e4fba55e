using System.CommandLine;
using System.Text.Json;
using Pawl.Cli.Client;
using Pawl.Cli.Output;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl watch</c> and <c>pawl wait</c>: until jobs have ended.</summary>
internal static class JobsWait
{
    private const int MostTopics = 20;

    public static Command BuildWait()
    {
        var ids = new Argument<string[]>("ID") { Description = "The jobs", Arity = ArgumentArity.OneOrMore };
        var until = Opt.Word(
            "--for", "What is waited for; succeeded (default) ends with 6 when a job ends otherwise", "succeeded", "ended");
        return Verb.Asking(
            "wait",
            "Wait in silence until jobs have ended; --timeout is for the whole wait",
            "pawl wait 901 902 --for ended --timeout 10m",
            RunAsync,
            ids, until);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            session.Waits = true;
            var wanted = session.Get(ids)!.Distinct(StringComparer.Ordinal).ToArray();
            var ended = await UntilEndAsync(session, wanted, session.Get(Globals.Timeout), cancellationToken).ConfigureAwait(false);
            switch (session.Out.Form)
            {
                case OutputForm.Json when ended.Count == 1:
                    session.Out.Raw(ended[0].Body);
                    break;
                case OutputForm.Json or OutputForm.Ndjson:
                    ended.ForEach(job => session.Out.Compact(job.Json));
                    break;
            }

            return CodeOf(ended, session.Get(until) != "ended");
        }
    }

    public static Command BuildWatch()
    {
        var id = JobsGet.Id();
        return Verb.Asking(
            "watch",
            "Follow a job until it ends: its events, and how far it is; exit 6 when it did not succeed",
            "pawl watch 901 || pawl logs 901 --level warning",
            RunAsync,
            id);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            session.Waits = true;
            using var line = new ProgressLine(session.Terminal, session.Quiet);
            var ended = await UntilEndAsync(
                session, [session.Get(id)!], session.Get(Globals.Timeout), cancellationToken, happened => Show(session, line, happened))
                .ConfigureAwait(false);
            line.Clear();
            if (session.Out.Form == OutputForm.Json)
            {
                session.Out.Raw(ended[0].Body);
            }
            else if (session.Out.ForPeople)
            {
                session.Out.Rows([ended[0].Json], Tables.Jobs, "id");
            }

            return CodeOf(ended, mustSucceed: true);
        }
    }

    /// <summary>6 when a job ended otherwise than it should.</summary>
    public static int CodeOf(IEnumerable<Reply> ended, bool mustSucceed) =>
        mustSucceed && ended.Any(job => job.Json.GetProperty("state").GetString() != "succeeded") ? ExitCode.JobFailed : ExitCode.Done;

    /// <summary>Waits on the stream; looks at each job itself whenever the stream begins, so that nothing is missed.</summary>
    /// <returns>The jobs as they ended, in the order asked.</returns>
    /// <exception cref="CliException"><c>timed_out</c>, exit code 7; <c>not_found</c>.</exception>
    public static async Task<List<Reply>> UntilEndAsync(
        Session session, string[] ids, TimeSpan? limit, CancellationToken cancellationToken, Action<StreamEvent>? seen = null)
    {
        using var timer = new CancellationTokenSource(limit ?? Timeout.InfiniteTimeSpan, TimeProvider.System);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        var ended = new Dictionary<string, Reply>(StringComparer.Ordinal);
        try
        {
            while (true)
            {
                await LookAsync(session, ids, ended, both.Token).ConfigureAwait(false);
                var open = ids.Where(id => !ended.ContainsKey(id)).Take(MostTopics).ToList();
                if (open.Count == 0)
                {
                    return [.. ids.Select(id => ended[id])];
                }

                await ListenAsync(session, open, ended, seen, both.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var open = ids.Where(id => !ended.ContainsKey(id)).ToList();
            throw new CliException(
                "timed_out",
                $"{open.Count} of {ids.Length} jobs had not ended after {Durations.Format(limit!.Value)}: "
                + string.Join(", ", open.Take(5)),
                "nothing was stopped; ask again, or pawl jobs why ID",
                ExitCode.Unavailable);
        }
    }

    /// <summary>Until all of some jobs have ended.</summary>
    private static async Task ListenAsync(
        Session session,
        List<string> open,
        Dictionary<string, Reply> ended,
        Action<StreamEvent>? seen,
        CancellationToken cancellationToken)
    {
        var topics = string.Join(',', open.Select(id => $"job:{Api.Part(id)}"));
        await foreach (var happened in EventStream.ReadAsync(session.Api, topics, null, cancellationToken).ConfigureAwait(false))
        {
            seen?.Invoke(happened);
            if (happened.Name is "hello" or "reset" || (happened.Name == "job" && HasEnded(happened.Data)))
            {
                await LookAsync(session, open, ended, cancellationToken).ConfigureAwait(false);
                if (open.TrueForAll(ended.ContainsKey))
                {
                    return;
                }
            }
        }
    }

    private static async Task LookAsync(
        Session session, IEnumerable<string> ids, Dictionary<string, Reply> ended, CancellationToken cancellationToken)
    {
        foreach (var id in ids.Where(id => !ended.ContainsKey(id)))
        {
            var reply = await session.Api.GetAsync($"api/jobs/{Api.Part(id)}", cancellationToken).ConfigureAwait(false);
            if (IsEnd(reply.Json))
            {
                ended[id] = reply;
            }
            else
            {
                reply.Dispose();
            }
        }
    }

    private static bool HasEnded(string data)
    {
        using var job = JsonDocument.Parse(data);
        return IsEnd(job.RootElement);
    }

    private static bool IsEnd(JsonElement job) => job.GetProperty("state").GetString() is "succeeded" or "failed" or "cancelled";

    private static void Show(Session session, ProgressLine line, StreamEvent happened)
    {
        if (happened.Name is not ("job" or "job_event"))
        {
            return;
        }

        using var json = JsonDocument.Parse(happened.Data);
        if (happened.Name == "job")
        {
            if (json.RootElement.TryGetProperty("progress", out var progress) && progress.ValueKind == JsonValueKind.Object)
            {
                line.Show(
                    json.RootElement.GetProperty("state").GetString()!,
                    Number(progress, "done") + Number(progress, "failed") + Number(progress, "skipped"),
                    progress.TryGetProperty("total", out var total) && total.ValueKind == JsonValueKind.Number ? total.GetInt64() : null,
                    progress.TryGetProperty("message", out var text) && text.ValueKind == JsonValueKind.String ? Cell.Text(text) : null);
            }

            return;
        }

        line.Clear();
        switch (session.Out.Form)
        {
            case OutputForm.Ndjson:
                session.Out.Compact(json.RootElement);
                break;
            case OutputForm.Table or OutputForm.Wide:
                var cells = Tables.Events.Where(column => column.Path is "at" or "kind" or "from" or "to" or "reason" or "title")
                    .Select(column => column.Of(json.RootElement, session.Out.Times))
                    .Where(text => text.Length > 0);
                session.Terminal.Out.WriteLine(string.Join("  ", cells));
                break;
        }

        session.Terminal.Flush();
    }

    private static long Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;
}
