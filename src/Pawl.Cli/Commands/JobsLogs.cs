using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pawl.Cli.Client;
using Pawl.Cli.Output;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl logs</c>.</summary>
internal static class JobsLogs
{
    private const int WaitSeconds = 20;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(500);

    public static Command Build()
    {
        var id = JobsGet.Id();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on until the job has ended" };
        var attempt = Opt.Whole("--attempt", "Of that attempt, default the latest", 1);
        var level = Opt.Word(
            "--level", "That level and above", "trace", "debug", "information", "warning", "error", "critical");
        var since = Opt.Whole("--since-offset", "From that byte of the log on", 0);
        var raw = Opt.Flag("--raw", "Print what acts on a terminal as it is; for files and pipes only");
        return Verb.Asking("logs", "Show a job's log", "pawl logs 901 -f --level warning", RunAsync, id, follow, attempt, level, since,
            raw);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            if (session.Get(raw) && session.Terminal.OutIsPerson)
            {
                throw CliException.Usage(
                    "--raw is for files and pipes only", "logs are hostile text; send them somewhere else than a terminal");
            }

            var path = $"api/jobs/{Api.Part(session.Get(id)!)}";
            var (number, offset) = (session.Get(attempt), (long)(session.Get(since) ?? 0));
            var patience = Patience(session.Get(Globals.Timeout) ?? Globals.DefaultTimeout);
            for (var pages = 0; ; pages++)
            {
                var wait = session.Get(follow) && pages > 0 ? patience.ToString(CultureInfo.InvariantCulture) : null;
                using var page = await session.Api.GetAsync(
                    JobsList.Path(
                        $"{path}/logs",
                        ("attempt", number?.ToString(CultureInfo.InvariantCulture)),
                        ("after", offset > 0 ? offset.ToString(CultureInfo.InvariantCulture) : null),
                        ("level", session.Get(level)),
                        ("wait", wait)),
                    cancellationToken).ConfigureAwait(false);
                var json = page.Json;
                Write(session, page, session.Get(follow), session.Get(raw));
                var next = json.GetProperty("next_offset").GetInt64();
                var (moved, ended) = (next > offset, json.GetProperty("ended").GetBoolean());
                offset = Math.Max(offset, next);
                number ??= json.GetProperty("attempt").ValueKind == JsonValueKind.Number ? json.GetProperty("attempt").GetInt32() : null;
                if (!session.Get(follow) && (!moved || session.Out.Form == OutputForm.Json))
                {
                    return ExitCode.Done;   // as a document, the one page that was asked for
                }

                if (!moved && !ended && patience == 0)
                {
                    await Task.Delay(Between, TimeProvider.System, cancellationToken).ConfigureAwait(false);
                }

                if (moved || !ended)
                {
                    continue;   // there may be more behind this page
                }

                // This attempt is over: the next one has a log of its own, unless the job is over too.
                using var job = await session.Api.GetAsync(path, cancellationToken).ConfigureAwait(false);
                var latest = job.Json.GetProperty("attempt").GetInt32();
                if (latest > number && session.Get(attempt) is null)
                {
                    (number, offset) = (number + 1, 0);
                }
                else if (session.Get(attempt) is not null
                    || job.Json.GetProperty("state").GetString() is "succeeded" or "failed" or "cancelled")
                {
                    return ExitCode.Done;
                }
                else
                {
                    await Task.Delay(Between, TimeProvider.System, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>How many seconds the server may hold a request back that is not to last longer than that.</summary>
    public static int Patience(TimeSpan timeout) => (int)Math.Min(WaitSeconds, timeout.TotalSeconds / 2);

    private static void Write(Session session, Reply page, bool follow, bool raw)
    {
        var items = page.Json.GetProperty("items");
        switch (session.Out.Form)
        {
            case OutputForm.Json when !follow:
                session.Out.Raw(page.Body);
                break;
            case OutputForm.Json or OutputForm.Ndjson:
                foreach (var item in items.EnumerateArray())
                {
                    session.Out.Compact(item);
                }

                break;
            case OutputForm.Id:
                foreach (var item in items.EnumerateArray())
                {
                    session.Terminal.Out.WriteLine(item.GetProperty("offset").GetRawText());
                }

                break;
            default:
                foreach (var item in items.EnumerateArray())
                {
                    session.Terminal.Out.WriteLine(Line(item, session.Out.Times, raw));
                }

                break;
        }

        session.Terminal.Flush();
    }

    private static string Line(JsonElement item, Times times, bool raw)
    {
        var message = Cell.Text(item.GetProperty("message"));
        var fields = item.TryGetProperty("fields", out var all) && all.ValueKind == JsonValueKind.Object
            ? string.Concat(all.EnumerateObject().Select(field => $" {field.Name}={field.Value.GetRawText()}"))
            : "";
        var level = item.GetProperty("level").GetString() switch
        {
            "information" => "info",
            "warning" => "WARN",
            "error" => "ERROR",
            "critical" => "CRITICAL",
            var other => other ?? "",
        };
        var head = $"{times.Point(item.GetProperty("at").GetString() ?? "")}  {level,-5}  ";
        return raw ? $"{head}{message}{fields}" : head + Escape.Line($"{message}{fields}");
    }
}
