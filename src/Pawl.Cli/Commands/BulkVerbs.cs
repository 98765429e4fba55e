using System.CommandLine;
using Pawl.Cli.Client;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl bulk</c>: operations on many jobs, started by <c>--query</c>.</summary>
internal static class BulkVerbs
{
    public static Command Build()
    {
        var noun = new Command("bulk", "Operations on many jobs");
        var (limit, all) = (Lists.Limit(), Lists.All());
        noun.Add(Verb.Asking(
            "list",
            "List bulk operations",
            "pawl bulk list",
            (session, cancellationToken) => Lists.WriteAsync(
                session, "api/bulk", Tables.Bulk, session.Get(limit), session.Get(all), "id", cancellationToken),
            limit, all));
        noun.Add(One("get", "Show one", HttpMethod.Get, ""));
        noun.Add(One("cancel", "Stop one; what is done stays done", HttpMethod.Post, "/cancel"));
        return noun;
    }

    private static Verb One(string name, string description, HttpMethod verb, string tail)
    {
        var id = new Argument<string>("ID") { Description = "The bulk operation" };
        return Verb.Asking(
            name,
            description,
            $"pawl bulk {name} 55",
            async (session, cancellationToken) =>
            {
                using var reply = await session.Api.SendAsync(
                    verb, $"api/bulk/{Api.Part(session.Get(id)!)}{tail}", null, null, cancellationToken).ConfigureAwait(false);
                session.Out.One(reply.Body, reply.Json);
                return ExitCode.Done;
            },
            id);
    }
}
