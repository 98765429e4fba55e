using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pawl.Cli.Output;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl enqueue</c>: creates one job, or many from stdin.</summary>
internal static class JobsEnqueue
{
    private const int MostOfBatch = 1_000;
    private const int MostBytesOfBatch = 8 << 20;
    private const int MostBytesOfLine = 4 << 20;

    public static Command Build()
    {
        var type = new Argument<string?>("TYPE") { Description = "Its type", Arity = ArgumentArity.ZeroOrOne };
        var dash = new Argument<string?>("-") { Description = "Payload from stdin", Arity = ArgumentArity.ZeroOrOne };
        var payload = Opt.Text("--payload", "Payload, as JSON", "JSON");
        var file = Opt.Text("--payload-file", "Payload from a file of this machine", "FILE");
        var queue = Opt.Text("--queue", "Its queue", "NAME");
        var priority = Opt.Whole("--priority", "Its priority, in place of what the type's scorer says", -1_000, 1_000);
        var delay = Opt.Duration("--delay", "Start it that much later");
        var at = Opt.Point("--at", "Start it then");
        var key = Opt.Text("--key", "The domain's own key: an equal job that lives is met, not made twice", "KEY");
        var idempotency = Opt.Text("--idempotency-key", "This request's key: the same one gives the same job", "KEY");
        var tag = Opt.Texts("--tag", "A label; may be repeated", "NAME=VALUE");
        var after = Opt.Texts("--after", "A job it waits for; may be repeated", "ID");
        var trigger = Opt.Word("--trigger", "Who asked", "manual", "api");
        var force = Opt.Word("--force", "Which ledger items to redo", "none", "failed", "all");
        var busy = Opt.Word("--on-busy", "What if its concurrency key is held", "queue", "reject");
        var template = Opt.Text("--template", "A template of the server, in place of a type", "NAME");
        var wait = Opt.Flag("--wait", "Wait for its end; exit 6 when it failed");
        var many = Opt.Flag("--ndjson", "Many jobs from stdin, one JSON object a line, in batches");
        var verb = Verb.Asking(
            "enqueue",
            "Create a job",
            """
            pawl enqueue capture.pull_requests --payload '{"repository":"acme/app","days":7}' --trigger manual -o id
            """.Trim(),
            (session, cancellationToken) => session.Get(many)
                ? ManyAsync(session, cancellationToken)
                : OneAsync(session, cancellationToken),
            type, dash, payload, file, queue, priority, delay, at, key, idempotency, tag, after, trigger, force, busy, template, wait,
                many);
        return verb;

        async Task<int> OneAsync(Session session, CancellationToken cancellationToken)
        {
            var (name, stdin) = (session.Get(type), session.Get(dash));
            if ((name is null) == (session.Get(template) is null))
            {
                throw CliException.Usage("a job has a type or a template", "pawl types list shows the types");
            }

            if (stdin is not (null or "-"))
            {
                throw CliException.Usage(
                    $"enqueue has no use for {Shown.Text(stdin)}", "the payload goes behind --payload, or - reads it from stdin");
            }

            if (session.Get(delay) is not null && session.Get(at) is not null)
            {
                throw CliException.Usage("--delay and --at say two things", "give one of them");
            }

            var content = Body.Read(session.Get(payload), session.Get(file), stdin is "-");
            var tags = Body.Tags(session.Get(tag)!);
            var body = Body.Object(json =>
            {
                json.Maybe("type", name);
                json.Maybe("template", session.Get(template));
                json.Payload("payload", content);
                json.Maybe("queue", session.Get(queue));
                json.Maybe("priority", session.Get(priority));
                json.Maybe("delay_ms", session.Get(delay));
                json.Maybe("run_at", session.Get(at));
                json.Maybe("unique_key", session.Get(key));
                json.Maybe("trigger", session.Get(trigger));
                json.Maybe("force", session.Get(force));
                json.Maybe("on_busy", session.Get(busy));
                json.Tags(tags);
                if (session.Get(after) is { Length: > 0 } ids)
                {
                    json.WriteStartArray("depends_on");
                    Array.ForEach(ids, json.WriteStringValue);
                    json.WriteEndArray();
                }
            });
            using var reply = await session.Api.PostAsync(
                "api/jobs", body, cancellationToken, IdempotencyKey(session.Get(idempotency), null)).ConfigureAwait(false);
            var job = reply.Json;
            if (job.TryGetProperty("deduplicated", out var known) && known.ValueKind == JsonValueKind.True)
            {
                session.Say($"it was there already: job {job.GetProperty("id").GetString()}");
            }

            if (!session.Get(wait))
            {
                Write(session, reply.Body, job);
                return ExitCode.Done;
            }

            if (session.Out.Form == OutputForm.Id)
            {
                Write(session, reply.Body, job);
                session.Terminal.Flush();
            }

            var ended = await JobsWait.UntilEndAsync(session, [job.GetProperty("id").GetString()!], null, cancellationToken)
                .ConfigureAwait(false);
            if (session.Out.Form != OutputForm.Id)
            {
                Write(session, ended[0].Body, ended[0].Json);
            }

            return JobsWait.CodeOf(ended, mustSucceed: true);
        }

        async Task<int> ManyAsync(Session session, CancellationToken cancellationToken)
        {
            if (session.Get(payload) is not null || session.Get(file) is not null || session.Get(dash) is not (null or "-"))
            {
                throw CliException.Usage("--ndjson reads whole jobs from stdin", "leave --payload and --payload-file out");
            }

            using var batches = new BatchWriter(session, IdempotencyKey(session.Get(idempotency), null) is [var (_, own)] ? own : null);
            using var stdin = Terminal.In;
            var lines = new StdinLines(stdin, MostBytesOfLine);
            while (await lines.NextAsync(cancellationToken).ConfigureAwait(false) is { } line)
            {
                if (!line.AsSpan().Trim(" \t\r"u8).IsEmpty)
                {
                    await batches.AddAsync(Draft(line, lines.Number, session.Get(type)), cancellationToken).ConfigureAwait(false);
                }
            }

            return await batches.EndAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static void Write(Session session, byte[] body, JsonElement job)
    {
        if (session.Out.ForPeople)
        {
            session.Out.Rows([job], Tables.Jobs, "id");
        }
        else
        {
            session.Out.One(body, job);
        }
    }

    private static (string Name, string Value)[] IdempotencyKey(string? key, int? part) => key is null
        ? []
        : [("Idempotency-Key", part is null ? key : string.Create(CultureInfo.InvariantCulture, $"{key}-{part}"))];

    /// <summary>One line as a job; the type of the command line where it has none.</summary>
    private static byte[] Draft(byte[] line, int number, string? type)
    {
        using var read = JsonDocument.Parse(Body.Check(line, $"line {number} of stdin"));
        if (read.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw CliException.Usage(
                $"line {number} of stdin is no JSON object", "a line is a job, such as {\"type\":\"mail.send\",\"payload\":{}}");
        }

        return type is null || read.RootElement.TryGetProperty("type", out _)
            ? line
            : Body.Object(json =>
            {
                json.WriteString("type", type);
                foreach (var member in read.RootElement.EnumerateObject())
                {
                    json.WritePropertyName(member.Name);
                    json.WriteRawValue(member.Value.GetRawText(), skipInputValidation: true);
                }
            });
    }

    /// <summary>Sends jobs by the thousand and writes what became of them.</summary>
    private sealed class BatchWriter(Session session, string? key) : IDisposable
    {
        private readonly ProgressLine _line = new(session.Terminal, session.Quiet);
        private readonly List<byte[]> _drafts = [];
        private readonly List<string> _written = [];
        private int _bytes;
        private int _sent;
        private int _number;
        private long _created;
        private long _known;

        public async Task AddAsync(byte[] draft, CancellationToken cancellationToken)
        {
            _drafts.Add(draft);
            _bytes += draft.Length;
            if (_drafts.Count == MostOfBatch || _bytes >= MostBytesOfBatch)
            {
                await SendAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        public void Dispose() => _line.Dispose();

        public async Task<int> EndAsync(CancellationToken cancellationToken)
        {
            if (_drafts.Count > 0)
            {
                await SendAsync(cancellationToken).ConfigureAwait(false);
            }
            else if (_sent == 0)
            {
                throw CliException.Usage("stdin holds no job", "one JSON object a line");
            }

            _line.Clear();
            if (session.Out.Form == OutputForm.Json)
            {
                session.Out.Raw(Encoding.UTF8.GetBytes(string.Create(
                    CultureInfo.InvariantCulture,
                    $$"""{"created":{{_created}},"deduplicated":{{_known}},"jobs":[{{string.Join(',', _written)}}]}""")));
            }
            else if (session.Out.ForPeople)
            {
                session.Terminal.Out.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{_created} created, {_known} were there already"));
            }

            return ExitCode.Done;
        }

        private async Task SendAsync(CancellationToken cancellationToken)
        {
            var body = Body.Object(json =>
            {
                json.WriteStartArray("jobs");
                _drafts.ForEach(draft => json.WriteRawValue(draft, skipInputValidation: true));
                json.WriteEndArray();
            });
            using var reply = await session.Api.PostAsync(
                "api/jobs/batch", body, cancellationToken, IdempotencyKey(key, _number++)).ConfigureAwait(false);
            _created += reply.Json.GetProperty("created").GetInt64();
            _known += reply.Json.GetProperty("deduplicated").GetInt64();
            foreach (var job in reply.Json.GetProperty("jobs").EnumerateArray())
            {
                Written(job);
            }

            _line.Clear();   // both may be one terminal
            session.Terminal.Flush();
            _sent += _drafts.Count;
            _line.Show("enqueue", _sent, null, "jobs");
            _drafts.Clear();
            _bytes = 0;
        }

        private void Written(JsonElement job)
        {
            if (session.Out.Form == OutputForm.Id)
            {
                session.Terminal.Out.WriteLine(job.GetProperty("id").GetString());
            }
            else if (!session.Out.ForPeople)
            {
                var text = string.Create(
                    CultureInfo.InvariantCulture,
                    $$"""
                    {"index":{{_sent + job.GetProperty("index").GetInt32()}},"id":{{Raw("id")}},"deduplicated":{{Raw("deduplicated")}}}
                    """);
                if (session.Out.Form == OutputForm.Json)
                {
                    _written.Add(text);
                }
                else
                {
                    session.Terminal.Out.WriteLine(text);
                }
            }

            string Raw(string name) => job.GetProperty(name).GetRawText();
        }
    }
}
