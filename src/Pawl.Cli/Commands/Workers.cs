using System.CommandLine;
using Pawl.Cli.Client;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl workers</c>: the processes that run jobs.</summary>
internal static class Workers
{
    public static Command Build()
    {
        var noun = new Command("workers", "Processes that run jobs");
        noun.Add(Verb.Asking(
            "list",
            "List workers",
            "pawl workers list",
            (session, cancellationToken) => Lists.WholeAsync(session, "api/workers", Tables.Workers, "id", cancellationToken)));
        noun.Add(One("get", "Show one", HttpMethod.Get, ""));
        noun.Add(One("drain", "Let it finish what it runs and take nothing more", HttpMethod.Post, "/drain"));
        return noun;
    }

    private static Verb One(string name, string description, HttpMethod verb, string tail)
    {
        var id = new Argument<string>("ID") { Description = "The worker" };
        return Verb.Asking(
            name,
            description,
            $"pawl workers {name} 17",
            async (session, cancellationToken) =>
            {
                using var reply = await session.Api.SendAsync(
                    verb, $"api/workers/{Api.Part(session.Get(id)!)}{tail}", null, null, cancellationToken).ConfigureAwait(false);
                if (reply.Body.Length > 0)
                {
                    session.Out.One(reply.Body, reply.Json);
                }

                return ExitCode.Done;
            },
            id);
    }
}
