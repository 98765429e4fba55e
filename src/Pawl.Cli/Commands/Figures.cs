using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pawl.Cli.Client;
using Pawl.Cli.Output;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl health</c>, <c>pawl stats</c> and <c>pawl scaling</c>.</summary>
internal static class Figures
{
    public static Command Health()
    {
        var least = Opt.Whole("--fail-under", "End with 1 under this score", 0, 100);
        return Verb.Asking("health", "The health score, and what it is less by", "pawl health --fail-under 70", RunAsync, least);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            using var reply = await session.Api.GetAsync("api/health", cancellationToken).ConfigureAwait(false);
            var json = reply.Json;
            var score = json.GetProperty("score").GetDouble();
            if (session.Out.ForPeople)
            {
                var queue = json.TryGetProperty("queue", out var name) && name.ValueKind == JsonValueKind.String
                    ? $", queue {name.GetString()}" : "";
                session.Terminal.Out.WriteLine(Escape.Line(string.Create(
                    CultureInfo.InvariantCulture, $"{score:0.##}  {json.GetProperty("state").GetString()}{queue}")));
                if (json.GetProperty("deductions").EnumerateArray().ToList() is { Count: > 0 } deductions)
                {
                    session.Out.Rows(deductions, Tables.Deductions, "name");
                }
            }
            else
            {
                session.Out.One(reply.Body, json, "score");
            }

            return session.Get(least) is { } bound && score < bound ? ExitCode.Refused : ExitCode.Done;
        }
    }

    public static Command Stats()
    {
        var watch = Opt.Flag("--watch", "Keep it live");
        return Verb.Asking("stats", "Rates, counts and times", "pawl stats --watch", RunAsync, watch);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            using (var reply = await session.Api.GetAsync("api/stats", cancellationToken).ConfigureAwait(false))
            {
                WriteStats(session, reply.Body, reply.Json);
            }

            if (!session.Get(watch))
            {
                return ExitCode.Done;
            }

            session.Terminal.Flush();
            await foreach (var happened in EventStream.ReadAsync(session.Api, "stats", null, cancellationToken).ConfigureAwait(false))
            {
                if (happened.Name == "stats")
                {
                    using var json = JsonDocument.Parse(happened.Data);
                    if (session.Terminal.OutIsPerson)
                    {
                        session.Terminal.Out.Write("\e[H\e[2J");
                    }

                    WriteStats(session, System.Text.Encoding.UTF8.GetBytes(happened.Data), json.RootElement);
                    session.Terminal.Flush();
                }
            }

            return ExitCode.Done;
        }
    }

    public static Command Scaling()
    {
        var queue = Opt.Text("--queue", "Of one queue", "NAME");
        var type = Opt.Text("--type", "Of one type", "NAME");
        return Verb.Asking(
            "scaling",
            "How many workers there should be, and why",
            "pawl scaling --queue capture",
            async (session, cancellationToken) =>
            {
                using var reply = await session.Api.GetAsync(
                    JobsList.Path("api/scaling", ("queue", session.Get(queue)), ("type", session.Get(type))), cancellationToken)
                    .ConfigureAwait(false);
                session.Out.One(reply.Body, reply.Json, "desired");
                return ExitCode.Done;
            },
            queue, type);
    }

    private static void WriteStats(Session session, byte[] body, JsonElement json)
    {
        if (!session.Out.ForPeople)
        {
            session.Out.One(body, json, "as_of");
            return;
        }

        foreach (var part in (string[])["rates", "counts", "workers", "store"])
        {
            if (json.TryGetProperty(part, out var values) && values.ValueKind == JsonValueKind.Object)
            {
                var texts = values.EnumerateObject().Select(value => $"{value.Name} {Cell.Of(value.Value, Holds.List, session.Out.Times)}");
                session.Terminal.Out.WriteLine(Escape.Line($"{part,-8} {string.Join("  ", texts)}"));
            }
        }

        if (json.TryGetProperty("by_type", out var types) && types.GetArrayLength() > 0)
        {
            session.Terminal.Out.WriteLine();
            session.Out.Rows([.. types.EnumerateArray()], Tables.StatsByType, "type");
        }
    }
}
