using System.Diagnostics;
using System.Text;

namespace Pawl.EndToEnd.Tests.Cli;

/// <summary>A <c>pawl serve --demo</c> on a free port, and the tool beside it.</summary>
public sealed class Server : IAsyncLifetime
{
    private readonly StringBuilder _errors = new();
    private readonly SemaphoreSlim _heard = new(0);
    private Process? _process;

    internal Tool Tool { get; } = new();

    internal string Url { get; private set; } = "";

    internal string Ready { get; private set; } = "";

    internal string Key { get; private set; } = "";

    internal int Pid => _process!.Id;

    internal string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    public ValueTask InitializeAsync() => StartAsync("--demo");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Tool.Dispose();
        _heard.Dispose();
    }

    internal ValueTask StartAsync(params string[] words)
    {
        Begin(words.Contains("--listen") ? words : ["--listen", "127.0.0.1:0", .. words]);
        return ReadyAsync();
    }

    /// <summary>Starts it and waits for nothing.</summary>
    internal void Begin(params string[] words)
    {
        _process = Tool.Start(["serve", .. words]);
        Hear(_process);
    }

    private void Hear(Process process)
    {
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _errors.AppendLine(line.Data);
            }

            _heard.Release();
        };
        process.BeginErrorReadLine();
    }

    /// <summary>Starts it under another program, until it says that it is ready.</summary>
    internal ValueTask StartUnderAsync(string program, string[] before, params string[] words)
    {
        _process = Tool.StartOther(program, [.. before, "dotnet", Tool.Program, "serve", "--listen", "127.0.0.1:0", .. words]);
        Hear(_process);
        return ReadyAsync();
    }

    /// <summary>Until it says that it is ready.</summary>
    internal async ValueTask ReadyAsync()
    {
        var process = _process!;
        using var limit = new CancellationTokenSource(Tool.Limit, TimeProvider.System);
        try
        {
            Ready = await process.StandardOutput.ReadLineAsync(limit.Token) ?? "";
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        Assert.True(Ready.Contains(" ready on ", StringComparison.Ordinal), $"The server said '{Ready}'.\n{Errors}");
        Url = Ready.Split(' ')[4];
        Key = File.Exists(Tool["pawl.db.token"]) ? (await File.ReadAllTextAsync(Tool["pawl.db.token"])).Trim() : "";
        Tool.Environment["PAWL_URL"] = Url;
    }

    /// <summary>Until its log has said that, so often.</summary>
    internal async Task SaysAsync(string text, int times = 1)
    {
        using var limit = new CancellationTokenSource(Tool.Limit, TimeProvider.System);
        while (Errors.Split(text).Length - 1 is var said && said < times)
        {
            try
            {
                await _heard.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException late)
            {
                throw new TimeoutException($"The server said {text} {said} times, not {times}. Its log:\n{Errors}", late);
            }
        }
    }

    /// <summary>Kills it as an outage would.</summary>
    internal void Crash()
    {
        _process!.Kill();
        _process.WaitForExit(Tool.Limit);
    }

    /// <summary>Until it has ended by itself; its exit code.</summary>
    internal async Task<int> EndAsync()
    {
        using var limit = new CancellationTokenSource(Tool.Limit, TimeProvider.System);
        await _process!.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>Asks it to stop, as a service manager does.</summary>
    internal async Task<int> StopAsync()
    {
        if (_process is not { } process)
        {
            return 0;
        }

        _process = null;
        using (process)
        {
            using var limit = new CancellationTokenSource(Tool.Limit, TimeProvider.System);
            try
            {
                if (!process.HasExited)
                {
                    Unix.Ask(process.Id);
                    await process.WaitForExitAsync(limit.Token);
                }

                return process.ExitCode;
            }
            catch (OperationCanceledException late)
            {
                process.Kill();
                throw new TimeoutException($"The server did not stop within {Tool.Limit}.\n{Errors}", late);
            }
        }
    }

    internal Task<Said> RunAsync(params string[] words) => Tool.RunAsync(words);
}
