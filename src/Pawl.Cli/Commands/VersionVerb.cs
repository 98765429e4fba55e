using System.CommandLine;
using Pawl.Cli.Output;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl version</c>: this program's, and the server's.</summary>
internal static class VersionVerb
{
    public static Command Build()
    {
        var client = Opt.Flag("--client", "Ask no server");
        return Verb.Asking("version", "The version of the tool and of the server", "pawl version", RunAsync, client);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            string? server = null;
            CliException? unknown = null;
            if (!session.Get(client))
            {
                try
                {
                    using var reply = await session.Api.GetAsync("api/ui-config", cancellationToken).ConfigureAwait(false);
                    server = reply.Json.GetProperty("version").GetString();
                }
                catch (CliException error)
                {
                    unknown = error;
                }
            }

            Write(session, server);
            if (server is not null && !ProgramVersion.Fits(ProgramVersion.Text, server))
            {
                throw new CliException(
                    "version_mismatch",
                    $"this tool is {ProgramVersion.Text}, the server at {session.Api.Url} is {server}: too far apart",
                    "install the tool in the server's version",
                    ExitCode.Unavailable);
            }

            // Without a server the tool has still said its own version.
            return unknown is null ? ExitCode.Done : Unknown(session, unknown);
        }
    }

    private static int Unknown(Session session, CliException error)
    {
        session.Say($"server: {error.Message}");
        return error.Code is "unreachable" or "unauthenticated" ? ExitCode.Done : error.ExitCode;
    }

    private static void Write(Session session, string? server)
    {
        if (session.Out.Form is OutputForm.Json or OutputForm.Ndjson)
        {
            session.Out.Raw(Body.Object(json =>
            {
                json.WriteString("version", ProgramVersion.Text);
                json.WriteString("server", server);
            }));
            return;
        }

        session.Terminal.Out.WriteLine($"pawl {ProgramVersion.Text}");
        if (server is not null)
        {
            session.Terminal.Out.WriteLine($"server {Escape.Line(server)}");
        }
    }
}
