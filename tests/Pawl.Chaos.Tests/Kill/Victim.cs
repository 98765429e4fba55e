using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Pawl.Chaos.Tests.Faults;

namespace Pawl.Chaos.Tests.Kill;

/// <summary>A process with Pawl on a database, which a test starts, listens to and kills. None outlives the test.</summary>
internal sealed class Victim : IAsyncDisposable
{
    private static readonly string Lease = Load.Lease.TotalSeconds.ToString(CultureInfo.InvariantCulture);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    // Built along with this project, beside it.
    private static readonly string Program = Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Pawl.Victim", new DirectoryInfo(AppContext.BaseDirectory).Name, "Pawl.Victim.dll");

    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>(new() { SingleReader = true, SingleWriter = true });
    private readonly Task _heard;
    private int _returned;

    private Victim(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        _heard = HearAsync();
    }

    public int Pid => _process.Id;

    /// <summary>When it said READY, microseconds since 1970.</summary>
    public long? ReadyAt { get; private set; }

    public static Victim Start(string mode, string database, string folder, params string[] settings) =>
        StartUnder(Surroundings.None, mode, database, folder, settings);

    public static Victim StartUnder(Surroundings around, string mode, string database, string folder, params string[] settings)
    {
        var start = new ProcessStartInfo(around.Before.Count == 0 ? "dotnet" : around.Before[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var word in (string[])[.. around.Before.Skip(1), .. around.Before.Count == 0 ? (string[])[] : ["dotnet"], Program, mode,
            database, folder, "--lease", Lease, .. settings])
        {
            start.ArgumentList.Add(word);
        }

        // It lives a second: code that is measured first and made quick later would never be quick.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        foreach (var (name, value) in around.Environment)
        {
            start.Environment[name] = value;
        }

        return new(Process.Start(start)!);
    }

    /// <summary>The next line of its output; null when it is over.</summary>
    public async Task<string?> LineAsync() =>
        await LimitedAsync(async limit => await _lines.Reader.WaitToReadAsync(limit) ? await _lines.Reader.ReadAsync(limit) : null);

    /// <summary>Waits until it runs. False when it ended before.</summary>
    public async Task<bool> IsReadyAsync()
    {
        while (await LineAsync() is { } line)
        {
            if (line == "READY")
            {
                ReadyAt = Clock.Micros;
                return true;
            }
        }

        return false;
    }

    public async Task ReadyAsync()
    {
        if (!await IsReadyAsync())
        {
            Assert.Fail($"The process ended before it was ready.{Environment.NewLine}{await EndAsync()}");
        }
    }

    /// <summary>Waits until its output matches: it says a line every 10 ms.</summary>
    public async Task<string> SaysAsync(Func<string, bool> matches)
    {
        while (await LineAsync() is { } line)
        {
            if (matches(line))
            {
                return line;
            }
        }

        Assert.Fail($"The process ended too early.{Environment.NewLine}{await EndAsync()}");
        return "";
    }

    /// <summary>Waits until so many more of its handlers have returned; one that works says it now and then. Those of which it spoke
    /// before do not count, read or not.</summary>
    public async Task ReturnsAsync(int more)
    {
        while (_lines.Reader.TryRead(out var said))
        {
            _returned = int.TryParse(said, CultureInfo.InvariantCulture, out var returned) ? returned : _returned;
        }

        var until = _returned + more;
        await SaysAsync(line => (_returned = int.Parse(line, CultureInfo.InvariantCulture)) >= until);
    }

    /// <summary>kill -9.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Asks it to stop, as a service manager does.</summary>
    public void Ask() => Unix.Ask(_process.Id);

    /// <summary>Waits for its end; its output up to then is passed over.</summary>
    public async Task<Death> EndAsync()
    {
        await LimitedAsync(async limit =>
        {
            await _heard.WaitAsync(limit);
            await _process.WaitForExitAsync(limit);
            return 0;
        });
        return new(_process.ExitCode, await LimitedAsync(_errors.WaitAsync), Clock.Timestamp, Clock.Micros);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_process.HasExited)
            {
                _process.Kill();
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }
        finally
        {
            _process.Dispose();
        }
    }

    // At once, whether anybody asks or not: a line left in the pipe would pass for one said after the fault that came in between.
    private async Task HearAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            _lines.Writer.TryWrite(line);
        }

        _lines.Writer.Complete();
    }

    private async Task<T> LimitedAsync<T>(Func<CancellationToken, Task<T>> wait)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        try
        {
            return await wait(limit.Token);
        }
        catch (OperationCanceledException error) when (limit.IsCancellationRequested)
        {
            _process.Kill();
            var said = await _errors;
            throw new TimeoutException(
                string.Create(CultureInfo.InvariantCulture, $"Process {Pid} said and did nothing for {Limit}. Its errors: {said}"), error);
        }
    }
}
