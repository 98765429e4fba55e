using System.CommandLine;
using System.Text.Json;
using Pawl.Cli.Client;
using Pawl.Cli.Output;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl recover</c>: the sweep behind the leases, now.</summary>
internal static class Recover
{
    private static readonly string[] Kinds = ["comprehensive", "failed", "stuck"];
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public static Command Build()
    {
        var kind = new Argument<string?>("KIND")
        {
            Description = "comprehensive (default), failed or stuck",
            Arity = ArgumentArity.ZeroOrOne,
            CompletionSources = { Kinds },
        };
        var dryRun = BulkRun.DryRun();
        var limit = Opt.Whole("--limit", "At most so many jobs, default 50", 1, 50);
        return Verb.Asking(
            "recover",
            "Recover failed and stuck jobs, with the reason for each; exit 1 if a recovery failed",
            "pawl recover stuck --dry-run && pawl health --fail-under 70",
            RunAsync,
            kind, dryRun, limit);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            var wanted = session.Get(kind);
            if (wanted is not null && !Kinds.Contains(wanted))
            {
                throw CliException.Usage(
                    $"recover knows {string.Join(", ", Kinds)}, but not {Shown.Text(wanted)}",
                    Nearest.Of(wanted, Kinds) is { } near ? $"did you mean '{near}'?" : null);
            }

            var body = Body.Object(json =>
            {
                json.Maybe("type", wanted);
                json.Maybe("limit", session.Get(limit));
                if (session.Get(dryRun))
                {
                    json.WriteBoolean("dry_run", true);
                }
            });
            var reply = await session.Api.PostAsync("api/recovery", body, cancellationToken).ConfigureAwait(false);
            reply = await FollowAsync(session, reply, cancellationToken).ConfigureAwait(false);
            using (reply)
            {
                Write(session, reply);
                return reply.Json.GetProperty("success").ValueKind == JsonValueKind.False ? ExitCode.Refused : ExitCode.Done;
            }
        }
    }

    private static async Task<Reply> FollowAsync(Session session, Reply reply, CancellationToken cancellationToken)
    {
        while (reply.Json.GetProperty("result").ValueKind == JsonValueKind.Null)
        {
            var id = reply.Json.GetProperty("id").GetString()!;
            reply.Dispose();
            await Task.Delay(Pause, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            reply = await session.Api.GetAsync($"api/recovery/{Api.Part(id)}", cancellationToken).ConfigureAwait(false);
        }

        return reply;
    }

    private static void Write(Session session, Reply reply)
    {
        var jobs = reply.Json.GetProperty("result").TryGetProperty("jobs", out var all) ? all.EnumerateArray().ToList() : [];
        if (session.Out.ForPeople)
        {
            session.Terminal.Out.WriteLine(Escape.Line(reply.Json.GetProperty("message").GetString() ?? ""));
        }

        if (session.Out.Form is OutputForm.Json)
        {
            session.Out.Raw(reply.Body);
        }
        else if (jobs.Count > 0 || !session.Out.ForPeople)
        {
            session.Out.Rows(jobs, Tables.Recovered, "job_id");
        }
    }
}
