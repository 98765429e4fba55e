using System.CommandLine;
using System.Security.Cryptography;
using Pawl.Cli.Client;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl jobs artifacts</c>: what a job kept.</summary>
internal static class JobsArtifacts
{
    private const string Digest = "sha-256=:";

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
            if (target is null or "-")
            {
                session.Terminal.Flush();
                await CopyAsync(session, response, session.Terminal.OutStream, cancellationToken).ConfigureAwait(false);
                return ExitCode.Done;
            }

            await SaveAsync(session, response, target, cancellationToken).ConfigureAwait(false);
            session.Say($"written to {target}");
            return ExitCode.Done;
        }
    }

    /// <summary>The file bears its name only when it is whole.</summary>
    private static async Task SaveAsync(Session session, HttpResponseMessage response, string target, CancellationToken cancellationToken)
    {
        var making = $"{target}.part";
        try
        {
            using (var file = new FileStream(making, FileMode.Create, FileAccess.Write))
            {
                await CopyAsync(session, response, file, cancellationToken).ConfigureAwait(false);
            }

            File.Move(making, target, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"'{target}' cannot be written: {error.Message.TrimEnd('.')}");
        }
        finally
        {
            Remove(making);
        }
    }

    /// <summary>Copies what comes, and checks it against the digest that came with it.</summary>
    private static async Task CopyAsync(Session session, HttpResponseMessage response, Stream target, CancellationToken cancellationToken)
    {
        using var line = new ProgressLine(session.Terminal, session.Quiet);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var content = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var (part, done) = (new byte[81_920], 0L);
        while (await PartAsync(session.Api, content, part, cancellationToken).ConfigureAwait(false) is var count and > 0)
        {
            hash.AppendData(part, 0, count);
            await target.WriteAsync(part.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            line.Show("download", done += count, response.Content.Headers.ContentLength, "bytes");
        }

        var said = response.Headers.TryGetValues("Content-Digest", out var digests) ? digests.First() : null;
        if (said?.StartsWith(Digest, StringComparison.Ordinal) == true
            && said != $"{Digest}{Convert.ToBase64String(hash.GetHashAndReset())}:")
        {
            throw new CliException(
                "artifact_mismatch", "what came is not what the job kept", "ask again", ExitCode.Unavailable);
        }
    }

    private static async Task<int> PartAsync(Api api, Stream content, byte[] part, CancellationToken cancellationToken)
    {
        try
        {
            return await content.ReadAsync(part, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw api.Broken(error);
        }
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // its folder is not there, or it is not ours
        }
    }
}
