using System.CommandLine;
using System.Text;
using Pawl.Cli.Client;
using Pawl.Cli.Output;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl get</c> and <c>pawl jobs why</c>.</summary>
internal static class JobsGet
{
    public static Argument<string> Id() => new("ID") { Description = "The job" };

    public static Command Build()
    {
        var id = Id();
        (Option<bool> Wanted, string Part, Column[] Columns)[] parts =
        [
            (Opt.Flag("--attempts", "Its attempts"), "attempts", Tables.Attempts),
            (Opt.Flag("--events", "What happened to it"), "events", Tables.Events),
            (Opt.Flag("--items", "Its items"), "items", Tables.JobItems),
            (Opt.Flag("--artifacts", "What it kept"), "artifacts", Tables.Artifacts),
        ];
        return Verb.Asking(
            "get", "Show a job", "pawl get 4815162342 --attempts", RunAsync, [id, .. parts.Select(part => part.Wanted)]);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            var path = $"api/jobs/{Api.Part(session.Get(id)!)}";
            var wanted = parts.Where(part => session.Get(part.Wanted)).ToList();
            if (wanted.Count == 0 || session.Out.ForPeople)
            {
                using var job = await session.Api.GetAsync(path, cancellationToken).ConfigureAwait(false);
                session.Out.One(job.Body, job.Json);
            }

            if (wanted.Count > 1 && session.Out.Form == OutputForm.Json)
            {
                return await TogetherAsync(session, path, [.. wanted.Select(part => part.Part)], cancellationToken).ConfigureAwait(false);
            }

            foreach (var (_, part, columns) in wanted)
            {
                if (session.Out.ForPeople)
                {
                    session.Terminal.Out.WriteLine();
                }

                await Lists.WholeAsync(session, $"{path}/{part}", columns, IdOf(part), cancellationToken).ConfigureAwait(false);
            }

            return ExitCode.Done;
        }
    }

    public static Command BuildWhy()
    {
        var id = Id();
        return Verb.Asking("why", "Say why a job is not running", "pawl jobs why 4815162342", RunAsync, id);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            using var reply = await session.Api.GetAsync($"api/jobs/{Api.Part(session.Get(id)!)}/why", cancellationToken)
                .ConfigureAwait(false);
            if (session.Out.Form is OutputForm.Json or OutputForm.Ndjson)
            {
                session.Out.One(reply.Body, reply.Json);
            }
            else
            {
                session.Out.Rows([.. reply.Json.GetProperty("reasons").EnumerateArray()], Tables.Reasons, "code");
            }

            return ExitCode.Done;
        }
    }

    private static string IdOf(string part) => part switch { "artifacts" => "name", "items" => "key", "events" => "seq", _ => "id" };

    /// <summary>Several documents as the members of one.</summary>
    private static async Task<int> TogetherAsync(Session session, string path, string[] parts, CancellationToken cancellationToken)
    {
        var all = new StringBuilder("{");
        foreach (var part in parts)
        {
            using var reply = await session.Api.GetAsync($"{path}/{part}", cancellationToken).ConfigureAwait(false);
            all.Append(all.Length > 1 ? "," : "").Append('"').Append(part).Append("\":").Append(reply.Json.GetRawText());
        }

        session.Out.Raw(Encoding.UTF8.GetBytes(all.Append('}').ToString()));
        return ExitCode.Done;
    }
}
