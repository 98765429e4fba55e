using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Pawl.EndToEnd.Tests.Cli;

/// <summary>Runs the <c>pawl</c> tool as a process, in a folder and with settings of its own.</summary>
internal sealed class Tool : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    public static readonly string Program = Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Pawl.Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, "Pawl.Cli.dll");

    private readonly TempFolder _folder = new();

    /// <summary>Where it runs, and where its files are.</summary>
    public string this[string name] => _folder[name];

    /// <summary>Variables of the environment beyond the usual; null takes one away.</summary>
    public Dictionary<string, string?> Environment { get; } = [];

    public void Dispose() => _folder.Dispose();

    /// <summary>Runs it to its end, with nothing on stdin.</summary>
    public Task<Said> RunAsync(params string[] words) => RunAsync(words, null);

    /// <summary>Runs it to its end.</summary>
    /// <param name="words">Behind <c>pawl</c>.</param>
    /// <param name="input">What is on stdin.</param>
    public Task<Said> RunAsync(string[] words, string? input) =>
        RunAsync(new ProcessStartInfo("dotnet", [Program, .. words]), $"pawl {string.Join(' ', words)}", input);

    /// <summary>Runs another program in the same folder with the same settings, to its end.</summary>
    public Task<Said> RunOtherAsync(string program, params string[] words) =>
        RunAsync(new ProcessStartInfo(program, words), program, null);

    private async Task<Said> RunAsync(ProcessStartInfo start, string line, string? input)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        using var process = Start(start);
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await GiveAsync(process, input);
            await process.WaitForExitAsync(limit.Token);
            return new(process.ExitCode, await output, await errors, line);
        }
        catch (OperationCanceledException late)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{line} had not ended after {Limit}.", late);
        }
    }

    /// <summary>Runs it on a terminal of its own, to its end; what the terminal was sent.</summary>
    public async Task<string> OnTerminalAsync(int columns, params string[] words)
    {
        var line = string.Join(' ', words.Select(word => $"'{word}'"));
        using var process = Start(new ProcessStartInfo("script", [
            "-qec", $"stty cols {columns}; exec dotnet '{Program}' {line}", "/dev/null"]));
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        var said = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return said;
    }

    /// <summary>Runs it in a shell, to its end; all that was said.</summary>
    /// <param name="line">What stands behind its name.</param>
    /// <param name="before">What stands before it.</param>
    public async Task<string> OfShellAsync(string line, string before = "")
    {
        using var process = Start(new ProcessStartInfo("sh", ["-c", $"{{ {before} dotnet '{Program}' {line}; }} 2>&1"]));
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        try
        {
            return await process.StandardOutput.ReadToEndAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Starts it; the caller ends it.</summary>
    public Process Start(params string[] words) => Start(new ProcessStartInfo("dotnet", [Program, .. words]));

    /// <summary>Starts it so that Ctrl-C reaches it, also where the tests themselves were started to ignore that; the caller ends
    /// it.</summary>
    public Process StartInterruptible(params string[] words) => StartOther("env", ["--default-signal=INT", "dotnet", Program, .. words]);

    /// <summary>Starts another program in the same folder with the same settings; the caller ends it.</summary>
    public Process StartOther(string program, params string[] words) => Start(new ProcessStartInfo(program, words));

    private Process Start(ProcessStartInfo start)
    {
        start.WorkingDirectory = _folder.FullPath;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.StandardOutputEncoding = new UTF8Encoding(false);
        start.StandardErrorEncoding = new UTF8Encoding(false);
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PAWL_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["HOME"] = _folder.FullPath;
        start.Environment["XDG_CONFIG_HOME"] = _folder["config"];
        start.Environment["APPDATA"] = _folder["config"];
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static async Task GiveAsync(Process process, string? input)
    {
        try
        {
            if (input is not null)
            {
                await process.StandardInput.WriteAsync(input);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all of it.
        }
    }
}

/// <summary>What a run said and how it ended.</summary>
internal sealed record Said(int Exit, string Output, string Errors, string Line)
{
    /// <summary>Fails with everything it said when it ended otherwise.</summary>
    public Said Ends(int exit)
    {
        Assert.True(Exit == exit, $"{Line} ended with {Exit}, not {exit}.\n{Output}\n{Errors}");
        return this;
    }

    /// <summary>Its output, which must be one JSON document and nothing else.</summary>
    public JsonElement Json()
    {
        try
        {
            using var json = JsonDocument.Parse(Output);
            return json.RootElement.Clone();
        }
        catch (JsonException error)
        {
            Assert.Fail($"{Line} wrote no JSON ({error.Message}):\n{Output}\n{Errors}");
            return default;
        }
    }

    /// <summary>The code of its one line of error.</summary>
    public string Code =>
        Errors.Split('\n').Select(line => line.Trim()).LastOrDefault(line => line.StartsWith("error[", StringComparison.Ordinal))
        is { } line ? line["error[".Length..line.IndexOf(']', StringComparison.Ordinal)] : "";
}
