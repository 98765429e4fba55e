using System.CommandLine;
using Pawl.Cli.Client;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl failures</c>: groups of like failures, most first.</summary>
internal static class Failures
{
    public static Command Build()
    {
        var since = Opt.Duration("--since", "How far back, default 24h");
        var noun = Verb.Asking("failures", "Groups of like failures, most first", "pawl failures --since 24h", ListAsync, since);
        noun.Add(Get());
        noun.Add(Act("retry", "Queue all failed jobs of a group again"));
        noun.Add(Act("dismiss", "Take all failed jobs of a group off the dead list"));
        return noun;

        Task<int> ListAsync(Session session, CancellationToken cancellationToken)
        {
            var window = session.Get(since) is { } length ? Durations.Format(length) : "24h";
            return Lists.WholeAsync(session, $"api/failures?window={window}", Tables.Failures, "fingerprint", cancellationToken);
        }
    }

    private static Argument<string> Fingerprint() => new("FP") { Description = "The group's fingerprint" };

    private static Verb Get()
    {
        var group = Fingerprint();
        return Verb.Asking(
            "get",
            "Show one group, with stack and counts by type and worker",
            "pawl failures get 9c1f0b7e",
            async (session, cancellationToken) =>
            {
                using var reply = await session.Api.GetAsync($"api/failures/{Api.Part(session.Get(group)!)}", cancellationToken)
                    .ConfigureAwait(false);
                session.Out.One(reply.Body, reply.Json, "fingerprint");
                return ExitCode.Done;
            },
            group);
    }

    private static Verb Act(string action, string description)
    {
        var group = Fingerprint();
        var (dryRun, yes, max) = (BulkRun.DryRun(), BulkRun.Yes(), BulkRun.Max());
        return Verb.Asking(action, description, $"pawl failures {action} 9c1f0b7e --dry-run", RunAsync, group, dryRun, yes, max);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            string query;
            using (var reply = await session.Api.GetAsync($"api/failures/{Api.Part(session.Get(group)!)}", cancellationToken)
                .ConfigureAwait(false))
            {
                query = reply.Json.GetProperty("query").GetString()!;
            }

            return await BulkRun.RunAsync(
                session, action, query, _ => { }, session.Get(dryRun), session.Get(yes), session.Get(max), cancellationToken)
                .ConfigureAwait(false);
        }
    }
}
