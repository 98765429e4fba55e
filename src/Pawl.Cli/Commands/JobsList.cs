using System.CommandLine;
using System.Text.Json;
using Pawl.Cli.Client;
using Pawl.Cli.Output;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl list</c> and <c>pawl jobs counts</c>.</summary>
internal static class JobsList
{
    private static readonly string[] Sorts = ["id", "priority", "run_at", "created_at", "ended_at"];

    public static Command Build()
    {
        var query = Query();
        var sort = Opt.Text("--sort", "id, priority, run_at, created_at or ended_at; - before it for the highest first", "FIELD");
        var (limit, all) = (Lists.Limit(), Lists.All());
        var stuck = Opt.Duration("--stuck", "Only those that run without progress that long");
        var watch = Opt.Flag("--watch", "Keep it live");
        return Verb.Asking(
            "list",
            "List jobs",
            "pawl list 'state:failed type:Send* args.user.id:42' -o wide",
            RunAsync,
            query, sort, limit, all, stuck, watch);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            var words = Words(session.Get(query)!);
            if (session.Get(stuck) is { } length)
            {
                words = $"{words} stuck:{Durations.Format(length)}".Trim();
            }

            var order = session.Get(sort);
            if (order is not null && !Sorts.Contains(order.TrimStart('-')))
            {
                throw CliException.Usage(
                    $"--sort must be one of {string.Join(", ", Sorts)}, with or without - before it, but was {Shown.Text(order)}",
                    Nearest.Of(order.TrimStart('-'), Sorts) is { } near ? $"did you mean '{near}'?" : null);
            }

            var path = Path("api/jobs", ("query", words.Length > 0 ? words : null), ("sort", order));
            return session.Get(watch)
                ? await WatchAsync(session, words, ListAsync, cancellationToken).ConfigureAwait(false)
                : await ListAsync().ConfigureAwait(false);

            Task<int> ListAsync() => Lists.WriteAsync(
                session, path, Tables.Jobs, session.Get(limit), session.Get(all), "id", cancellationToken);
        }
    }

    public static Command BuildCounts()
    {
        var query = Query();
        return Verb.Asking(
            "counts",
            "Count jobs by state",
            "pawl jobs counts 'type:capture.pull_requests'",
            RunAsync,
            query);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            var words = Words(session.Get(query)!);
            var path = Path("api/jobs/counts", ("query", words.Length > 0 ? words : null));
            using var reply = await session.Api.GetAsync(path, cancellationToken).ConfigureAwait(false);
            if (session.Out.ForPeople)
            {
                foreach (var count in (JsonProperty[])[
                    .. reply.Json.GetProperty("counts").EnumerateObject(),
                    .. reply.Json.EnumerateObject().Where(member => member.Name is "cancelling" or "dead")])
                {
                    session.Terminal.Out.WriteLine($"{Escape.Line(count.Name),-10}  {count.Value.GetRawText(),8}");
                }

                if (reply.Json.TryGetProperty("estimated", out var estimated) && estimated.ValueKind == JsonValueKind.True)
                {
                    session.Say("estimated: the count stopped early; only type: and queue: are counted to the end");
                }
            }
            else
            {
                session.Out.One(reply.Body, reply.Json);
            }

            return ExitCode.Done;
        }
    }

    /// <summary>A query may be one argument or several.</summary>
    public static Argument<string[]> Query() => new("QUERY")
    {
        Description = "Which jobs, such as state:failed type:Send* older:1h",
        Arity = ArgumentArity.ZeroOrMore,
        DefaultValueFactory = _ => [],
    };

    public static string Words(string[] query) => string.Join(' ', query).Trim();

    /// <summary>A path with those parts of its query that have a value.</summary>
    public static string Path(string path, params (string Name, string? Value)[] query)
    {
        var parts = query.Where(part => part.Value is not null).Select(part => $"{part.Name}={Api.Part(part.Value!)}").ToList();
        return parts.Count == 0 ? path : $"{path}?{string.Join('&', parts)}";
    }

    /// <summary>A person sees the list anew at each change; a program gets the list and then each job that changes.</summary>
    private static async Task<int> WatchAsync(
        Session session, string words, Func<Task<int>> listAsync, CancellationToken cancellationToken)
    {
        var topics = words.Length > 0 ? $"jobs&query={Api.Part(words)}" : "jobs";
        var (redraws, listed) = (session.Terminal.OutIsPerson && session.Out.ForPeople, false);
        await foreach (var happened in EventStream.ReadAsync(session.Api, topics, null, cancellationToken).ConfigureAwait(false))
        {
            // What happens after hello comes by the stream: the list is read behind it, so that nothing falls between the two.
            if (happened.Name is "reset" || (happened.Name is "hello" && !listed) || (happened.Name == "jobs" && redraws))
            {
                session.Terminal.Out.Write(redraws ? "\e[H\e[2J" : "");
                await listAsync().ConfigureAwait(false);
                listed = true;
            }
            else if (happened.Name == "jobs")
            {
                using var json = JsonDocument.Parse(happened.Data);
                Changed(session, json.RootElement);
            }

            session.Terminal.Flush();
        }

        return ExitCode.Done;
    }

    private static void Changed(Session session, JsonElement change)
    {
        if (session.Out.Form == OutputForm.Json)
        {
            session.Out.Compact(change);
        }
        else if (change.GetProperty("upserts").EnumerateArray().ToList() is { Count: > 0 } jobs)
        {
            session.Out.Rows(jobs, Tables.Jobs, "id");
        }
    }
}
