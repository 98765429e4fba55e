using System.CommandLine;
using System.Text;
using System.Text.Json;
using Pawl.Cli.Client;
using Pawl.Cli.Output;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl items</c>: the ledger of what is done.</summary>
internal static class Items
{
    private const int MostKeys = 1_000;
    private const int MostBytes = 64 << 20;

    public static Command Build()
    {
        var noun = new Command("items", "The ledger: which items are new, processed, or need a re-run");
        noun.Add(Status());
        noun.Add(History());
        return noun;
    }

    private static Argument<string> Dataset() => new("DATASET") { Description = "The dataset" };

    private static Verb Status()
    {
        var dataset = Dataset();
        var keys = new Argument<string[]>("KEY")
        {
            Description = "The items; - reads them from stdin, one a line",
            Arity = ArgumentArity.ZeroOrMore,
            DefaultValueFactory = _ => [],
        };
        var version = Opt.Text("--version", "The pipeline that asks, such as parser-1.2/cards-v1", "VERSIONS");
        return Verb.Asking(
            "status",
            "Say which items are new, processed, or need a re-run",
            "pawl items status commits --version parser-1.2/cards-v2 - < commits.txt",
            RunAsync,
            dataset, keys, version);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            var wanted = session.Get(keys)!;
            var all = wanted is ["-"] ? FromStdin() : wanted;
            if (all.Length == 0)
            {
                throw CliException.Usage("there is no key to ask for", "give keys, or - to read them from stdin");
            }

            var versions = session.Get(version) is { } text ? Versions(text) : null;
            var replies = new List<Reply>();
            foreach (var part in all.Chunk(MostKeys))
            {
                var body = Body.Object(json =>
                {
                    json.WriteString("dataset", session.Get(dataset));
                    json.Payload("versions", versions);
                    json.WriteStartArray("keys");
                    Array.ForEach(part, json.WriteStringValue);
                    json.WriteEndArray();
                });
                replies.Add(await session.Api.PostAsync("api/items/status", body, cancellationToken).ConfigureAwait(false));
            }

            Write(session, replies);
            replies.ForEach(reply => reply.Dispose());
            return ExitCode.Done;
        }
    }

    private static Verb History()
    {
        var dataset = Dataset();
        var key = new Argument<string>("KEY") { Description = "The item" };
        return Verb.Asking(
            "history",
            "Show the runs of one item",
            "pawl items history commits 3f2a91c",
            (session, cancellationToken) => Lists.WholeAsync(
                session,
                JobsList.Path("api/items/history", ("dataset", session.Get(dataset)), ("key", session.Get(key))),
                Tables.ItemRuns,
                "job_id",
                cancellationToken),
            dataset, key);
    }

    private static string[] FromStdin() =>
    [
        .. Encoding.UTF8.GetString(Body.ReadAll(Terminal.In, "stdin", MostBytes, "ask in several runs"))
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
    ];

    private static byte[] Versions(string text)
    {
        try
        {
            var parsed = PipelineVersion.Parse(text);
            return Body.Object(json =>
            {
                foreach (var part in parsed.Parts)
                {
                    json.WriteString(part.Name, part.Version);
                }
            });
        }
        catch (PawlException error)
        {
            throw CliException.Usage(error.Message, "write it like parser-1.2/cards-v1");
        }
    }

    private static void Write(Session session, List<Reply> replies)
    {
        var items = replies.SelectMany(reply => reply.Json.GetProperty("items").EnumerateArray()).ToList();
        if (session.Out.Form == OutputForm.Json)
        {
            session.Out.Raw(replies.Count == 1 ? replies[0].Body : Together(replies, items));
            return;
        }

        if (session.Out.ForPeople)
        {
            session.Terminal.Out.WriteLine(Escape.Line(replies.Count == 1
                ? replies[0].Json.GetProperty("text").GetString()!
                : Text(Sum(replies))));
        }

        session.Out.Rows(items, Tables.ItemStatuses, "key");
    }

    private static byte[] Together(List<Reply> replies, List<JsonElement> items)
    {
        var sum = Sum(replies);
        return Body.Object(json =>
        {
            json.WriteString("dataset", replies[0].Json.GetProperty("dataset").GetString());
            json.WriteStartObject("summary");
            foreach (var (name, count) in sum)
            {
                json.WriteNumber(name, count);
            }

            json.WriteEndObject();
            json.WriteString("text", Text(sum));
            json.WriteStartArray("items");
            items.ForEach(item => json.WriteRawValue(item.GetRawText(), skipInputValidation: true));
            json.WriteEndArray();
        });
    }

    private static Dictionary<string, long> Sum(List<Reply> replies)
    {
        var sum = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var part in replies.SelectMany(reply => reply.Json.GetProperty("summary").EnumerateObject()))
        {
            sum[part.Name] = sum.GetValueOrDefault(part.Name) + part.Value.GetInt64();
        }

        return sum;
    }

    /// <summary>The server's own words, for sums of several answers.</summary>
    private static string Text(Dictionary<string, long> sum)
    {
        (string Name, string Words)[] parts =
            [("new", "new"), ("processed", "already processed"), ("needs_rerun", "needs re-run"), ("failed", "failed")];
        var said = parts.Where(part => sum.GetValueOrDefault(part.Name) > 0).Select(part => $"{sum[part.Name]} {part.Words}").ToList();
        return said.Count == 0 ? "nothing to do" : string.Join(", ", said);
    }
}
