using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Pawl.EndToEnd.Tests.Commands;

/// <summary>A real <c>pawl serve</c> on a file in a folder of its own, driven by plain HTTP. It does not outlive the test.</summary>
internal sealed class Server : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    // Built along with this project, beside it.
    private static readonly string Program = Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Pawl.Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, "Pawl.Cli.dll");

    private readonly Process _process;
    private readonly TempFolder _folder;
    private readonly HttpClient _client = new() { Timeout = Limit };
    private readonly StringBuilder _said = new();

    private Server(Process process, TempFolder folder)
    {
        (_process, _folder) = (process, folder);
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
    }

    /// <summary>The lines of its log that came so far.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <summary>Its address, once it has said it.</summary>
    private TaskCompletionSource<Uri> Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts one and waits until it is ready.</summary>
    /// <param name="folder">Where it works; holds its <c>pawl.json</c>.</param>
    /// <param name="variables">Of its environment.</param>
    public static async Task<Server> StartAsync(TempFolder folder, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder.FullPath, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var word in (string[])[Program, "serve", "--listen", "127.0.0.1:0", "--log", "json"])
        {
            start.ArgumentList.Add(word);
        }

        // These tests ask until something is so, which no client should.
        start.Environment["Pawl__Web__RequestsPerSecond"] = "0";
        start.Environment["XDG_CONFIG_HOME"] = folder["config"];
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        var server = new Server(Process.Start(start)!, folder);
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        var ended = server._process.WaitForExitAsync();
        var first = await Task.WhenAny(server.Ready.Task, ended).WaitAsync(Limit);
        Assert.True(first != ended, server.Said);
        server._client.BaseAddress = await server.Ready.Task;
        server._client.DefaultRequestHeaders.Authorization = new("Bearer", File.ReadAllText(folder["pawl.db.token"]).Trim());
        return server;
    }

    /// <summary>Creates a job; its number.</summary>
    public async Task<string> EnqueueAsync(string type, string payload, CancellationToken cancellationToken)
    {
        var (status, body) = await PostAsync("api/jobs", $$"""{"type":"{{type}}","payload":{{payload}}}""", cancellationToken);
        Assert.True(status == HttpStatusCode.Created, body.ToString());
        return body.GetProperty("id").GetString()!;
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, string json, CancellationToken cancellationToken)
    {
        using var content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var reply = await _client.PostAsync(new Uri(path, UriKind.Relative), content, cancellationToken);
        using var document = JsonDocument.Parse(await reply.Content.ReadAsStringAsync(cancellationToken));
        return (reply.StatusCode, document.RootElement.Clone());
    }

    public async Task<string> GetAsync(string path, CancellationToken cancellationToken) =>
        await _client.GetStringAsync(new Uri(path, UriKind.Relative), cancellationToken);

    /// <summary>Asks for a job until it has ended.</summary>
    public async Task<JsonElement> EndAsync(string id, CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using var document = JsonDocument.Parse(await GetAsync($"api/jobs/{id}", cancellationToken));
            var state = document.RootElement.GetProperty("state").GetString();
            if (state is "succeeded" or "failed" or "cancelled")
            {
                return document.RootElement.Clone();
            }

            Assert.True(TimeProvider.System.GetElapsedTime(since) < Limit, $"still {state}\n{Said}");
        }
    }

    /// <summary>Kills it as an outage would.</summary>
    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_said)
        {
            _said.Append(CultureInfo.InvariantCulture, $"{line}\n");
        }

        if (line.Split(" ready on ") is [_, var rest] && Uri.TryCreate(rest.Split(' ')[0], UriKind.Absolute, out var address))
        {
            Ready.TrySetResult(address);
        }
    }
}
