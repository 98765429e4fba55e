using System.CommandLine;
using Pawl.Cli.Client;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl jobs artifacts</c>: what a job kept.</summary>
internal static class JobsArtifacts
{
    public static Command Build()
    {
        var id = JobsGet.Id();
        var name = new Argument<string?>("NAME") { Description = "The one to download", Arity = ArgumentArity.ZeroOrOne };
        var file = Opt.Text("--out", "Write it to a file; - for stdout", "FILE");
        file.Aliases.Add("-O");
        return Verb.Asking(
            "artifacts", "List what a job kept, or download it", "pawl jobs artifacts 901 cards.apkg -O cards.apkg", RunAsync, id, name,
                file);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            var path = $"api/jobs/{Api.Part(session.Get(id)!)}/artifacts";
            if (session.Get(name) is not { } wanted)
            {
                return await Lists.WholeAsync(session, path, Tables.Artifacts, "name", cancellationToken).ConfigureAwait(false);
            }

            var target = session.Get(file);
            if (target is null && session.Terminal.OutIsPerson)
            {
                throw CliException.Usage("an artifact is bytes, not for a terminal", $"-O {wanted} writes it to a file");
            }

            using var response = await session.Api.OpenAsync($"{path}/{Api.Part(wanted)}", null, cancellationToken).ConfigureAwait(false);
            var content = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            if (target is null or "-")
            {
                session.Terminal.Flush();
                await content.CopyToAsync(session.Terminal.OutStream, cancellationToken).ConfigureAwait(false);
                return ExitCode.Done;
            }

            await SaveAsync(content, target, session.Api, cancellationToken).ConfigureAwait(false);
            session.Say($"written to {target}");
            return ExitCode.Done;
        }
    }

    /// <summary>The file bears its name only when it is whole.</summary>
    private static async Task SaveAsync(Stream content, string target, Api api, CancellationToken cancellationToken)
    {
        var making = $"{target}.part";
        try
        {
            using (var file = new FileStream(making, FileMode.Create, FileAccess.Write))
            {
                await content.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
            }

            File.Move(making, target, overwrite: true);
        }
        catch (HttpIOException error)
        {
            File.Delete(making);
            throw api.Broken(error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"'{target}' cannot be written: {error.Message.TrimEnd('.')}");
        }
    }
}
