using System.CommandLine;
using System.Globalization;
using Pawl.Cli.Client;
using Pawl.Cli.Output;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl queues</c> and <c>pawl types</c>: what is waiting, and what may start.</summary>
internal static class QueuesAndTypes
{
    public static Command Queues()
    {
        var noun = new Command("queues", "Queues: depth, pauses, limits");
        Usual(noun, "queues", "mail", "name", Tables.Queues);
        noun.Add(Set());
        noun.Add(Depth());
        return noun;
    }

    public static Command Types()
    {
        var noun = new Command("types", "Types of jobs");
        Usual(noun, "types", "capture.pull_requests", "type", Tables.Types);
        return noun;
    }

    private static void Usual(Command noun, string route, string sample, string id, Column[] columns)
    {
        noun.Add(Verb.Asking(
            "list",
            $"List {route}",
            $"pawl {route} list -o wide",
            (session, cancellationToken) => Lists.WholeAsync(session, $"api/{route}", columns, id, cancellationToken)));
        var name = Name();
        noun.Add(Verb.Asking(
            "get",
            "Show one",
            $"pawl {route} get {sample}",
            async (session, cancellationToken) =>
            {
                using var reply = await session.Api.GetAsync(Path(route, session.Get(name)!), cancellationToken).ConfigureAwait(false);
                session.Out.One(reply.Body, reply.Json, id);
                return ExitCode.Done;
            },
            name));
        noun.Add(Pause(route, sample, id, columns));
        noun.Add(Resume(route, sample, id, columns));
    }

    private static Verb Pause(string route, string sample, string id, Column[] columns)
    {
        var name = Name();
        var reason = Opt.Text("--reason", "Why, shown to everybody who looks");
        var until = Opt.Point("--until", "Resume by itself then");
        return Verb.Asking(
            "pause",
            "Start no further job; running ones go on",
            $"pawl {route} pause {sample} --reason 'provider is down'",
            (session, cancellationToken) => ChangeAsync(
                session,
                $"{Path(route, session.Get(name)!)}/pause",
                Body.Object(json =>
                {
                    json.Maybe("reason", session.Get(reason));
                    json.Maybe("until", session.Get(until));
                }),
                id,
                columns,
                cancellationToken),
            name, reason, until);
    }

    private static Verb Resume(string route, string sample, string id, Column[] columns)
    {
        var name = Name();
        return Verb.Asking(
            "resume",
            "Start jobs again",
            $"pawl {route} resume {sample}",
            (session, cancellationToken) => ChangeAsync(
                session, $"{Path(route, session.Get(name)!)}/resume", null, id, columns, cancellationToken),
            name);
    }

    private static Verb Set()
    {
        var name = Name();
        var most = Opt.Text("--max-running", "How many run at once in the whole installation, or none", "N|none");
        var slo = Opt.Text("--start-slo", "How soon a job should start, or none", "TIME|none");
        var retry = Opt.Text("--retry-share", "How much of the starts retries may take, 0 to 1, or none", "SHARE|none");
        var ageing = Opt.Text("--ageing-share", "How much goes to the oldest, 0 to 1, or none", "SHARE|none");
        var after = Opt.Text("--ageing-after", "From what age on, or none", "TIME|none");
        return Verb.Asking(
            "set", "Set limits of a queue", "pawl queues set capture --max-running 8 --retry-share 0.2", RunAsync, name, most, slo,
                retry, ageing, after);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            (string Member, string? Value)[] given =
            [
                ("max_running", Whole("--max-running", session.Get(most))),
                ("start_slo_ms", Milliseconds("--start-slo", session.Get(slo))),
                ("retry_share", Share("--retry-share", session.Get(retry))),
                ("ageing_share", Share("--ageing-share", session.Get(ageing))),
                ("ageing_after_ms", Milliseconds("--ageing-after", session.Get(after))),
            ];
            if (given.All(limit => limit.Value is null))
            {
                throw CliException.Usage(
                    "there is nothing to set", "give --max-running, --start-slo, --retry-share, --ageing-share or --ageing-after");
            }

            var path = Path("queues", session.Get(name)!);
            using var queue = await session.Api.GetAsync(path, cancellationToken).ConfigureAwait(false);
            var body = Body.Object(json =>
            {
                foreach (var (member, value) in given)
                {
                    json.WritePropertyName(member);
                    json.WriteRawValue(value ?? queue.Json.GetProperty(member).GetRawText(), skipInputValidation: true);
                }
            });
            var version = string.Create(CultureInfo.InvariantCulture, $"\"{queue.Json.GetProperty("row_version").GetInt64()}\"");
            using var reply = await session.Api.SendAsync(
                HttpMethod.Put, $"{path}/limits", body, [("If-Match", version)], cancellationToken)
                .ConfigureAwait(false);
            Write(session, reply, "name", Tables.Queues);
            return ExitCode.Done;
        }
    }

    private static Verb Depth()
    {
        var by = Opt.Text("--by", "type, priority or both", "type,priority");
        return Verb.Asking(
            "depth",
            "Count what is queued, by type and priority",
            "pawl queues depth --by type,priority",
            (session, cancellationToken) => Lists.WholeAsync(
                session, JobsList.Path("api/queues/depth", ("by", session.Get(by))), Tables.Depth, "queue", cancellationToken),
            by);
    }

    private static Argument<string> Name() => new("NAME") { Description = "Its name" };

    private static string Path(string route, string name) => $"api/{route}/{Api.Part(name)}";

    private static async Task<int> ChangeAsync(
        Session session, string path, byte[]? body, string id, Column[] columns, CancellationToken cancellationToken)
    {
        using var reply = await session.Api.PostAsync(path, body, cancellationToken).ConfigureAwait(false);
        Write(session, reply, id, columns);
        return ExitCode.Done;
    }

    private static void Write(Session session, Reply reply, string id, Column[] columns)
    {
        if (session.Out.ForPeople)
        {
            session.Out.Rows([reply.Json], columns, id);
        }
        else
        {
            session.Out.One(reply.Body, reply.Json, id);
        }
    }

    private static string? Whole(string option, string? text) => Value(
        option, text, "a whole number from 1 on, or none", number =>
            int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most > 0 ? number : null);

    private static string? Share(string option, string? text) => Value(
        option,
        text,
        "a share from 0 to 1, or none",
        share => double.TryParse(share, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value is >= 0 and <= 1
            ? value.ToString(CultureInfo.InvariantCulture)
            : null);

    private static string? Milliseconds(string option, string? text) => Value(
        option,
        text,
        "a length of time such as 30s or 5m, or none",
        length => Durations.TryParse(length, out var value) ? ((long)value.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)
            : null);

    private static string? Value(string option, string? text, string allowed, Func<string, string?> read) => text switch
    {
        null => null,
        "none" => "null",
        _ => read(text) ?? throw CliException.Usage($"{option} must be {allowed}, but was {Shown.Text(text)}"),
    };
}
