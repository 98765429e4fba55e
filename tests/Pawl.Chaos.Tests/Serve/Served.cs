using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Pawl.Chaos.Tests.Serve;

/// <summary>A real <c>pawl serve</c> on a file in a folder, which a test asks over HTTP, kills and starts again.</summary>
internal sealed class Served : IAsyncDisposable
{
    /// <summary>The tool, built along with this project.</summary>
    public static readonly string Program = Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Pawl.Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, "Pawl.Cli.dll");

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Served(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
    }

    public HttpClient Client { get; } = new() { Timeout = Limit };

    public int Pid => _process.Id;

    /// <summary>How much of its memory is in the machine's.</summary>
    public double MemoryMb
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / (double)(1 << 20);
        }
    }

    /// <summary>How long it took to be ready.</summary>
    public TimeSpan Took { get; private set; }

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

    /// <summary>Starts one in a folder and waits until it is ready.</summary>
    /// <param name="folder">Where its file and its settings are.</param>
    /// <param name="more">More words for it.</param>
    public static async Task<Served> StartAsync(TempFolder folder, params string[] more)
    {
        var start = new ProcessStartInfo("dotnet", [Program, "serve", "--listen", "127.0.0.1:0", .. more])
        {
            WorkingDirectory = folder.FullPath, RedirectStandardOutput = true, RedirectStandardError = true,
        };

        // No limit on how often one client may ask: it is a crowd here.
        start.Environment["Pawl__Web__RequestsPerSecond"] = "0";
        start.Environment["XDG_CONFIG_HOME"] = folder["config"];
        var since = TimeProvider.System.GetTimestamp();
        var served = new Served(Process.Start(start)!);
        served._process.BeginOutputReadLine();
        served._process.BeginErrorReadLine();
        var ended = served._process.WaitForExitAsync();
        var first = await Task.WhenAny(served._ready.Task, ended).WaitAsync(Limit);
        served.Took = TimeProvider.System.GetElapsedTime(since);
        Assert.True(first != ended, served.Said);
        served.Client.BaseAddress = await served._ready.Task;
        served.Client.DefaultRequestHeaders.Authorization = new("Bearer", File.ReadAllText(folder["pawl.db.token"]).Trim());
        return served;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Waits for its end.</summary>
    public Task EndAsync() => _process.WaitForExitAsync().WaitAsync(Limit);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_said)
        {
            _said.AppendLine(line);
        }

        if (line.Split(" ready on ") is [_, var rest] && Uri.TryCreate(rest.Split(' ')[0], UriKind.Absolute, out var address))
        {
            _ready.TrySetResult(address);
        }
    }
}
