using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Pawl.Bench;

/// <summary>A real <c>pawl serve</c> over HTTP: how soon it is ready with so many jobs in the store, how long a page of a list takes, and
/// where the time of one enqueue goes: each step asks for a little more than the one before it.</summary>
internal static class Serving
{
    private static readonly string[] Pages =
    [
        "", "?sort=-priority", "?query=state:queued", "?query=type:bench.wait", "?query=queue:default&limit=500", "?query=is:dead",
    ];

    public static async Task RunAsync(Arguments arguments)
    {
        var (jobs, count, conc) = (arguments.Number("jobs", 0), arguments.Number("n", 200), arguments.Number("conc", 16));
        if (jobs == 0)
        {
            Database.Current.Drop();
            File.Delete(Token(arguments));
        }

        await FillAsync(jobs);
        var folder = Directory.CreateTempSubdirectory("pawl-bench-");
        try
        {
            await MeasureAsync(arguments, folder.FullName, count, conc);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Kept as long as the store that knows it.</summary>
    private static string Token(Arguments arguments) => Path.Combine(
        Environment.GetEnvironmentVariable("BENCH_DIR") ?? Path.GetTempPath(), $"pawl-bench-{arguments.Store}.token");

    private static async Task FillAsync(int jobs)
    {
        await using var engine = await Engine.StartAsync(slots: 0);
        for (var left = jobs - (int)Database.Current.Queued(); left > 0; left -= 10_000)
        {
            await engine.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, Math.Min(10_000, left)).Select(index => new JobDraft(
                "bench.wait", JsonSerializer.SerializeToUtf8Bytes(Noop.Of(left - index)), new() { Priority = left % 3 * 10 }))]);
        }
    }

    private static async Task MeasureAsync(Arguments arguments, string folder, int count, int conc)
    {
        var program = Path.GetFullPath(arguments.Text(
            "tool", Path.Combine(AppContext.BaseDirectory, "..", "..", "Pawl.Cli", "release", "Pawl.Cli.dll")));
        var settings = Path.Combine(folder, "pawl.json");
        await File.WriteAllTextAsync(
            settings,
            """{"Pawl":{"Types":{"bench.http":{"Handler":"command","Command":{"Argv":["true"]}}},"Web":{"RequestsPerSecond":0}}}""");
        var (token, start) = (Token(arguments), new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder,
        });
        foreach (var word in (string[])
            [program, "serve", "--no-worker", "-q", "--listen", "127.0.0.1:0", "--config", settings, "--token-file", token, "--store",
                Database.Current.Option])
        {
            start.ArgumentList.Add(word);
        }

        start.Environment["XDG_CONFIG_HOME"] = folder;
        var since = Stopwatch.GetTimestamp();
        using var server = Process.Start(start)!;
        server.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        server.BeginErrorReadLine();
        try
        {
            var said = await server.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The server did not start.");
            Report.Emit(
                ("measure", "ready"), ("store", arguments.Store), ("jobs", Database.Current.Queued()), ("s", Report.Seconds(since)));
            using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = conc })
            {
                BaseAddress = new(said.Split(' ')[4] + "/"),
            };
            http.DefaultRequestHeaders.Authorization =
                new AuthenticationHeaderValue("Bearer", File.Exists(token) ? (await File.ReadAllTextAsync(token)).Trim() : null);
            await ListAsync(http, arguments.Store, count);
            await EnqueueAsync(http, arguments, conc);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    private static async Task ListAsync(HttpClient http, string store, int count)
    {
        foreach (var page in Pages)
        {
            var samples = new List<double>(count);
            for (var n = -5; n < count; n++)
            {
                var since = Stopwatch.GetTimestamp();
                using var reply = await http.GetAsync(new Uri($"api/jobs{page}", UriKind.Relative));
                reply.EnsureSuccessStatusCode();
                if (n >= 0)
                {
                    samples.Add(Report.Seconds(since) * 1000);
                }
            }

            Report.Emit([("measure", "page"), ("store", store), ("query", page), .. Report.Percentiles(samples)]);
        }
    }

    /// <summary>Each step does what the one before it does, and something more.</summary>
    private static async Task EnqueueAsync(HttpClient http, Arguments arguments, int conc)
    {
        const string Good = """{"type":"bench.http","payload":{"id":1}}""";
        await StepAsync("http alone", () => http.GetAsync(new Uri("livez", UriKind.Relative)), 200);
        await StepAsync("key and role", () => http.GetAsync(new Uri("api/ui-config", UriKind.Relative)), 200);
        await StepAsync("body, read and refused", () => PostAsync("""{"type":"bench.none","payload":{"id":1}}"""), 422);
        await StepAsync("stored: one enqueue", () => PostAsync(Good), 201);
        await StepAsync("stored: a batch of 100", () => http.PostAsync(
            new Uri("api/jobs/batch", UriKind.Relative),
            Json($$"""{"jobs":[{{string.Join(',', Enumerable.Repeat(Good, 100))}}]}""")), 201);

        Task<HttpResponseMessage> PostAsync(string body) => http.PostAsync(new Uri("api/jobs", UriKind.Relative), Json(body));

        async Task StepAsync(string step, Func<Task<HttpResponseMessage>> ask, int status)
        {
            await ForAsync(TimeSpan.FromSeconds(1), ask, status);
            var since = Stopwatch.GetTimestamp();
            var samples = await ForAsync(TimeSpan.FromSeconds(arguments.Number("secs", 4)), ask, status);
            Report.Emit(
                [
                    ("measure", "http"), ("store", arguments.Store), ("step", step), ("connections", conc),
                    ("per_s", samples.Count / Report.Seconds(since)), .. Report.Percentiles(samples),
                ]);
        }

        async Task<List<double>> ForAsync(TimeSpan length, Func<Task<HttpResponseMessage>> ask, int status)
        {
            var since = Stopwatch.GetTimestamp();
            var all = await Task.WhenAll(Enumerable.Range(0, conc).Select(async _ =>
            {
                var samples = new List<double>();
                while (Stopwatch.GetElapsedTime(since) < length)
                {
                    var asked = Stopwatch.GetTimestamp();
                    using var reply = await ask();
                    samples.Add(Report.Seconds(asked) * 1000);
                    if ((int)reply.StatusCode != status)
                    {
                        throw new InvalidOperationException($"{(int)reply.StatusCode}: {await reply.Content.ReadAsStringAsync()}");
                    }
                }

                return samples;
            }));
            return [.. all.SelectMany(samples => samples)];
        }
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
}
