using System.CommandLine;
using System.Text;
using System.Text.Json;
using Pawl.Cli.Client;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl events</c>: the live stream, one JSON object a line.</summary>
internal static class Events
{
    public static Command Build()
    {
        var topics = Opt.Text("--topics", "What is listened to, default jobs", "TOPIC,…");
        var query = Opt.Text("--query", "Which jobs of the topic jobs", "QUERY");
        var after = Opt.Text("--after", "From that event on, not from now", "SEQ");
        return Verb.Asking("events", "The live stream as ndjson, until Ctrl-C", "pawl events --topics jobs,notices", RunAsync, topics,
            query, after);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            var wanted = string.Join(',', (session.Get(topics) ?? "jobs").Split(',', StringSplitOptions.TrimEntries).Select(Api.Part));
            wanted = wanted.Replace("%3A", ":", StringComparison.Ordinal);
            if (session.Get(query) is { } words)
            {
                wanted += $"&query={Api.Part(words)}";
            }

            await foreach (var happened in EventStream.ReadAsync(session.Api, wanted, session.Get(after), cancellationToken)
                .ConfigureAwait(false))
            {
                using var data = JsonDocument.Parse(happened.Data);
                var line = Body.Object(json =>
                {
                    json.WriteString("event", happened.Name);
                    json.WriteString("id", happened.Id);
                    json.WritePropertyName("data");
                    data.RootElement.WriteTo(json);
                });
                session.Terminal.Out.WriteLine(Encoding.UTF8.GetString(line));
                session.Terminal.Flush();
            }

            return ExitCode.Done;
        }
    }
}
