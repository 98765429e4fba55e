using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pawl.Cli.Client;
using Pawl.Cli.Output;

namespace Pawl.Cli.Commands;

/// <summary>What is done to jobs by their ids, one by one, or to all of a query at once.</summary>
internal static class JobsActions
{
    public static Command Cancel()
    {
        var reason = Opt.Text("--reason", "Why, shown with the job");
        var grace = Opt.Duration("--grace", "How long a running one may take to stop");
        return Build(
            "cancel",
            "Stop jobs",
            "pawl cancel 901 902 --reason 'wrong repository'",
            (session, json) =>
            {
                json.Maybe("reason", session.Get(reason));
                json.Maybe("grace_ms", session.Get(grace));
            },
            reason, grace);
    }

    public static Command Retry()
    {
        var start = Opt.Flag("--from-start", "Without its checkpoint");
        var force = Opt.Flag("--force", "Also where the error is permanent");
        return Build(
            "retry",
            "Queue failed and cancelled jobs again",
            "pawl retry --query 'is:dead fingerprint:9c1f0b7e' --dry-run",
            (session, json) =>
            {
                if (session.Get(start))
                {
                    json.WriteString("from", "start");
                }

                if (session.Get(force))
                {
                    json.WriteBoolean("force", true);
                }
            },
            start, force);
    }

    public static Command Dismiss()
    {
        var note = Opt.Text("--note", "Why");
        return Build(
            "dismiss",
            "Take failed jobs off the dead list",
            "pawl jobs dismiss 901 --note 'known outage'",
            (session, json) => json.Maybe("note", session.Get(note)),
            note);
    }

    public static Command Undismiss() =>
        Build("undismiss", "Put dismissed jobs back on the dead list", "pawl jobs undismiss 901", (_, _) => { });

    public static Command Delete() => Build(
        "delete",
        "Remove ended jobs and all they hold",
        "pawl list 'is:dead older:30d' --all -o id | xargs -n100 pawl jobs delete --yes",
        (_, _) => { });

    private static Verb Build(
        string action, string description, string example, Action<Session, Utf8JsonWriter> parameters, params Option[] own)
    {
        var ids = new Argument<string[]>("ID")
        {
            Description = "The jobs",
            Arity = ArgumentArity.ZeroOrMore,
            DefaultValueFactory = _ => [],
        };
        var query = Opt.Text("--query", "All jobs of a query, as a bulk operation", "QUERY");
        var (dryRun, yes, max) = (BulkRun.DryRun(), BulkRun.Yes(), BulkRun.Max());
        return Verb.Asking(action, description, example, RunAsync, [ids, query, .. own, dryRun, yes, max]);

        Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            var (wanted, words) = (session.Get(ids)!, session.Get(query));
            if ((wanted.Length == 0) == (words is null))
            {
                throw CliException.Usage(
                    $"{action} takes ids or --query, one of the two", $"pawl {action} 901, or pawl {action} --query 'state:failed'");
            }

            return words is not null
                ? BulkRun.RunAsync(
                    session,
                    action,
                    words,
                    json => parameters(session, json),
                    session.Get(dryRun),
                    session.Get(yes),
                    session.Get(max),
                    cancellationToken)
                : EachAsync(
                    session,
                    action,
                    wanted,
                    json => parameters(session, json),
                    session.Get(dryRun),
                    session.Get(yes),
                    cancellationToken);
        }
    }

    private static async Task<int> EachAsync(
        Session session,
        string action,
        string[] ids,
        Action<Utf8JsonWriter> parameters,
        bool dryRun,
        bool yes,
        CancellationToken cancellationToken)
    {
        var count = ids.Length.ToString(CultureInfo.InvariantCulture);
        if (dryRun)
        {
            return await LookAsync(session, ids, cancellationToken).ConfigureAwait(false);
        }

        if (action == "delete" && !yes)
        {
            BulkRun.Confirm(session, $"delete: {count} job{(ids.Length == 1 ? " and all it holds" : "s and all they hold")}. Go on?");
        }

        var body = Body.Object(parameters);
        var worst = ExitCode.Done;
        var changed = new List<Reply>();
        foreach (var id in ids)
        {
            var path = $"api/jobs/{Api.Part(id)}";
            try
            {
                changed.Add(action == "delete"
                    ? await session.Api.SendAsync(HttpMethod.Delete, path, null, [("If-Match", "*")], cancellationToken)
                        .ConfigureAwait(false)
                    : await session.Api.PostAsync($"{path}/{action}", body, cancellationToken).ConfigureAwait(false));
                if (action == "delete")
                {
                    session.Say($"deleted {id}");
                }
            }
            catch (CliException error) when (ids.Length > 1 && error.ExitCode is ExitCode.Refused or ExitCode.NotFound or ExitCode.Conflict)
            {
                worst = worst == ExitCode.Done ? error.ExitCode : worst;
                session.Out.Say($"{id}: {CliException.Line(error.Code, error.Message, error.Hint)}");
            }
        }

        Write(session, changed.Where(reply => reply.Body.Length > 0).ToList(), ids.Length);
        changed.ForEach(reply => reply.Dispose());
        return worst;
    }

    private static async Task<int> LookAsync(Session session, string[] ids, CancellationToken cancellationToken)
    {
        var found = new List<Reply>();
        foreach (var id in ids)
        {
            found.Add(await session.Api.GetAsync($"api/jobs/{Api.Part(id)}", cancellationToken).ConfigureAwait(false));
        }

        Write(session, found, ids.Length);
        found.ForEach(reply => reply.Dispose());
        return ExitCode.Done;
    }

    /// <summary>One job is a document; several are one each line, and for <c>json</c> a list.</summary>
    private static void Write(Session session, List<Reply> replies, int asked)
    {
        if (replies.Count == 0)
        {
            return;
        }

        if (session.Out.Form != OutputForm.Json)
        {
            session.Out.Rows([.. replies.Select(reply => reply.Json)], Tables.Jobs, "id");
        }
        else if (asked == 1)
        {
            session.Out.Raw(replies[0].Body);
        }
        else
        {
            session.Out.Raw(Body.Object(json =>
            {
                json.WriteStartArray("items");
                replies.ForEach(reply => json.WriteRawValue(reply.Body, skipInputValidation: true));
                json.WriteEndArray();
            }));
        }
    }
}
