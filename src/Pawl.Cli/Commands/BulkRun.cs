using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pawl.Cli.Client;

namespace Pawl.Cli.Commands;

/// <summary>An action on all jobs of a query: shows what it would touch, asks, starts it and follows it to its end.</summary>
internal static class BulkRun
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public static Option<bool> Yes() => Opt.Flag("--yes", "Do it without asking");

    public static Option<bool> DryRun() => Opt.Flag("--dry-run", "Show what it would touch, and stop");

    public static Option<int?> Max() => Opt.Whole("--max", "Refuse when more match, default 10000", 1, 1_000_000);

    /// <summary>Runs one.</summary>
    /// <param name="session">The run.</param>
    /// <param name="action">Such as <c>retry</c>.</param>
    /// <param name="query">Which jobs.</param>
    /// <param name="parameters">Writes the members of <c>params</c>.</param>
    /// <param name="dryRun">Stop after the preview.</param>
    /// <param name="yes">Ask nobody.</param>
    /// <param name="max">How many may match; null for the server's own limit.</param>
    /// <param name="cancellationToken">Stops watching; the operation goes on.</param>
    public static async Task<int> RunAsync(
        Session session,
        string action,
        string query,
        Action<Utf8JsonWriter> parameters,
        bool dryRun,
        bool yes,
        int? max,
        CancellationToken cancellationToken)
    {
        long matched;
        using (var preview = await session.Api.PostAsync("api/bulk", Of(true, null), cancellationToken).ConfigureAwait(false))
        {
            matched = preview.Json.GetProperty("matched").GetInt64();
            if (dryRun)
            {
                Show(session, preview, action);
                return ExitCode.Done;
            }

            if (!yes)
            {
                Confirm(session, $"{action}: {Summary(preview.Json, action)}. Go on?");
            }
        }

        using var started = await session.Api.PostAsync("api/bulk", Of(false, matched), cancellationToken).ConfigureAwait(false);
        var id = started.Json.GetProperty("id").GetString()!;
        var last = await FollowAsync(session, id, action, cancellationToken).ConfigureAwait(false);
        using (last)
        {
            var json = last.Json;
            session.Out.One(last.Body, json);
            session.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{Number(json, "total")} matched: {Number(json, "changed")} changed, {Number(json, "skipped")} skipped, "
                + $"{Number(json, "failed")} failed"));
            return json.GetProperty("state").GetString() == "completed" && Number(json, "failed") == 0 ? ExitCode.Done : ExitCode.Refused;
        }

        byte[] Of(bool dry, long? expected) => Body.Object(json =>
        {
            json.WriteString("action", action);
            json.WriteString("query", query);
            json.WriteStartObject("params");
            parameters(json);
            json.WriteEndObject();
            json.Maybe("max", max);
            if (dry)
            {
                json.WriteBoolean("dry_run", true);
            }

            if (expected is { } count)
            {
                json.WriteNumber("expected", count);
            }
        });
    }

    /// <summary>Asks a person; refuses where there is none.</summary>
    /// <exception cref="CliException">Exit code 2: nobody can be asked. Exit code 1: the person said no.</exception>
    public static void Confirm(Session session, string question)
    {
        if (!session.Terminal.InIsPerson)
        {
            throw CliException.Usage($"{question.Replace(". Go on?", "", StringComparison.Ordinal)}: nobody is here to ask",
                "say --yes, or look first with --dry-run");
        }

        if (!session.Terminal.Confirm(question))
        {
            throw new CliException("not_confirmed", "nothing was done");
        }
    }

    private static async Task<Reply> FollowAsync(Session session, string id, string action, CancellationToken cancellationToken)
    {
        using var line = new ProgressLine(session.Terminal, session.Quiet);
        while (true)
        {
            var reply = await session.Api.GetAsync($"api/bulk/{Api.Part(id)}", cancellationToken).ConfigureAwait(false);
            var json = reply.Json;
            if (json.GetProperty("state").GetString() != "running")
            {
                return reply;
            }

            line.Show(action, Number(json, "done"), Number(json, "total"));
            reply.Dispose();
            await Task.Delay(Pause, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    private static void Show(Session session, Reply preview, string action)
    {
        if (session.Out.Form == Output.OutputForm.Id)
        {
            foreach (var id in preview.Json.GetProperty("sample").EnumerateArray())
            {
                session.Terminal.Out.WriteLine(Escape.Line(id.GetString()!));
            }
        }
        else if (session.Out.ForPeople)
        {
            session.Terminal.Out.WriteLine(Summary(preview.Json, action));
        }
        else
        {
            session.Out.One(preview.Body, preview.Json);
        }
    }

    /// <summary>Such as <c>312 match: 300 retried, 12 skipped (not_retryable)</c>.</summary>
    private static string Summary(JsonElement preview, string action)
    {
        var least = preview.TryGetProperty("matched_is_minimum", out var minimum) && minimum.ValueKind == JsonValueKind.True;
        var skips = preview.GetProperty("would_skip").EnumerateArray()
            .Select(skip => $"{skip.GetProperty("count").GetRawText()} skipped ({skip.GetProperty("code").GetString()})");
        return Escape.Line(string.Join(
            ", ",
            [
                $"{preview.GetProperty("matched").GetRawText()}{(least ? " or more" : "")} match: "
                + $"{preview.GetProperty("would_change").GetRawText()} {Done(action)}",
                .. skips,
            ]));
    }

    private static string Done(string action) => action switch
    {
        "cancel" => "cancelled",
        "retry" => "retried",
        "delete" => "deleted",
        _ => $"{action}ed",
    };

    private static long Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;
}
