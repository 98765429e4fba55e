using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pawl.Cli.Client;

namespace Pawl.Cli.Commands;

/// <summary>Changes of one job: <c>set</c>, <c>run-again</c>, <c>approve</c>, <c>reject</c>.</summary>
internal static class JobsEdit
{
    public static Command Set()
    {
        var id = JobsGet.Id();
        var priority = Opt.Whole("--priority", "Its priority", -1_000, 1_000);
        var at = Opt.Point("--at", "When it starts; the past means now");
        var queue = Opt.Text("--queue", "Its queue", "NAME");
        var tag = Opt.Texts("--tag", "A label, beside those it has; may be repeated", "NAME=VALUE");
        return Verb.Asking("set", "Change a job that waits", "pawl jobs set 901 --priority 90 --tag repo=acme/app", RunAsync, id,
            priority, at, queue, tag);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            var tags = Body.Tags(session.Get(tag)!);
            if (session.Get(priority) is null && session.Get(at) is null && session.Get(queue) is null && tags.Count == 0)
            {
                throw CliException.Usage("there is nothing to set", "give --priority, --at, --queue or --tag");
            }

            var path = $"api/jobs/{Api.Part(session.Get(id)!)}";
            using var job = await session.Api.GetAsync(path, cancellationToken).ConfigureAwait(false);
            if (tags.Count > 0)
            {
                foreach (var old in job.Json.GetProperty("tags").EnumerateObject())
                {
                    tags.TryAdd(old.Name, old.Value.GetString()!);
                }
            }

            var body = Body.Object(json =>
            {
                json.Maybe("priority", session.Get(priority));
                json.Maybe("run_at", session.Get(at));
                json.Maybe("queue", session.Get(queue));
                json.Tags(tags);
            });
            using var reply = await session.Api.SendAsync(HttpMethod.Patch, path, body, IfMatch(job), cancellationToken)
                .ConfigureAwait(false);
            Write(session, reply);
            return ExitCode.Done;
        }
    }

    public static Command RunAgain(string name = "run-again")
    {
        var id = JobsGet.Id();
        var payload = Opt.Text("--payload", "Its payload, as JSON", "JSON");
        var file = Opt.Text("--payload-file", "Its payload from a file of this machine", "FILE");
        var edit = Opt.Flag("--edit", "Open the old payload in $EDITOR");
        var queue = Opt.Text("--queue", "Its queue", "NAME");
        var priority = Opt.Whole("--priority", "Its priority", -1_000, 1_000);
        var force = Opt.Word("--force", "Which ledger items to redo", "none", "failed", "all");
        var key = Opt.Text("--idempotency-key", "This request's key: the same one gives the same job", "KEY");
        return Verb.Asking(
            name,
            "Create a new job from an old one",
            $"pawl {(name == "run-again" ? "jobs run-again" : name)} 901 --payload '{{\"repository\":\"acme/app\",\"days\":30}}'",
            RunAsync,
            id, payload, file, edit, queue, priority, force, key);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            var path = $"api/jobs/{Api.Part(session.Get(id)!)}";
            var content = Body.Read(session.Get(payload), session.Get(file), dash: false);
            if (session.Get(edit))
            {
                if (content is not null)
                {
                    throw CliException.Usage("there are two payloads", "give one of --edit, --payload and --payload-file");
                }

                using var old = await session.Api.GetAsync(path, cancellationToken).ConfigureAwait(false);
                content = await EditAsync(old.Json.GetProperty("payload").GetRawText(), cancellationToken).ConfigureAwait(false);
            }

            var body = Body.Object(json =>
            {
                json.Payload("payload", content);
                json.Maybe("queue", session.Get(queue));
                json.Maybe("priority", session.Get(priority));
                json.Maybe("force", session.Get(force));
            });
            (string, string)[] headers = session.Get(key) is { } own ? [("Idempotency-Key", own)] : [];
            using var reply = await session.Api.PostAsync($"{path}/run-again", body, cancellationToken, headers).ConfigureAwait(false);
            Write(session, reply);
            return ExitCode.Done;
        }
    }

    public static Command Approve() => Simple("approve", "Let a job go that waits for approval", "pawl jobs approve 901");

    public static Command Reject() => Simple("reject", "Cancel a job that waits for approval", "pawl jobs reject 901");

    private static Verb Simple(string action, string description, string example)
    {
        var id = JobsGet.Id();
        return Verb.Asking(action, description, example, RunAsync, id);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            using var reply = await session.Api.PostAsync($"api/jobs/{Api.Part(session.Get(id)!)}/{action}", null, cancellationToken)
                .ConfigureAwait(false);
            Write(session, reply);
            return ExitCode.Done;
        }
    }

    private static (string, string)[] IfMatch(Reply reply) =>
        [("If-Match", string.Create(CultureInfo.InvariantCulture, $"\"{reply.Json.GetProperty("row_version").GetInt64()}\""))];

    private static void Write(Session session, Reply reply)
    {
        if (session.Out.ForPeople)
        {
            session.Out.Rows([reply.Json], Tables.Jobs, "id");
        }
        else
        {
            session.Out.One(reply.Body, reply.Json);
        }
    }

    /// <summary>Opens a text in the user's editor, in a file that only this user may read.</summary>
    private static async Task<byte[]> EditAsync(string text, CancellationToken cancellationToken)
    {
        var editor = ((string[])["EDITOR", "VISUAL"]).Select(Environment.GetEnvironmentVariable)
            .FirstOrDefault(value => !string.IsNullOrWhiteSpace(value));
        if (editor is null)
        {
            throw CliException.Usage("--edit needs an editor", "set EDITOR, or give --payload");
        }

        var folder = Directory.CreateTempSubdirectory("pawl-");
        try
        {
            var path = Path.Combine(folder.FullName, "payload.json");
            ConfigFolder.WritePrivate(path, Encoding.UTF8.GetBytes(text));
            using var process = Start(editor, path);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return process.ExitCode == 0
                ? Body.Check(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), "the edited payload")
                : throw new CliException("not_confirmed", "the editor ended with an error; nothing was done");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Starts an editor as everybody does: what the variable says is a line for the shell.</summary>
    private static Process Start(string editor, string path)
    {
        string[] words = OperatingSystem.IsWindows()
            ? [.. editor.Split(' ', StringSplitOptions.RemoveEmptyEntries), path]
            : ["/bin/sh", "-c", $"{editor} \"$1\"", "sh", path];
        try
        {
            return Process.Start(new ProcessStartInfo(words[0], words[1..]))!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw CliException.Usage($"the editor {Shown.Text(editor)} cannot be started: {error.Message}");
        }
    }
}
