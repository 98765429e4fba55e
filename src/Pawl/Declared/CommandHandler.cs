using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pawl.Errors;

namespace Pawl.Declared;

/// <summary>Does a job by a program: payload on its input, its output is the log and what it has to say.</summary>
internal sealed class CommandHandler(CommandSettings settings)
{
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    /// <summary>Runs the command to its end. Nothing of its tree is left afterwards.</summary>
    public async Task RunAsync(DeclaredAttempt attempt, CancellationToken cancellationToken)
    {
        var arguments = Arguments(attempt);
        cancellationToken.ThrowIfCancellationRequested();
        var program = Programs.Find(arguments[0], settings.WorkingDirectory);
        var trace = TraceContext.Next(attempt.Job.Id, attempt.Traceparent);
        using var checkpoint = CheckpointFile.Of(attempt.Job.StoredCheckpoint);
        using var process = Start(program, arguments, Environment(attempt, trace, checkpoint?.Path));
        var tree = new ProcessTree(process, trace);
        var speech = new CommandSpeech(attempt, new(settings.WorkingDirectory), settings.OutputLimit);
        var watch = new CommandWatch(tree, process, attempt, settings.MemoryLimit);
        var fed = FeedAsync(process, attempt.Payload);
        var read = Task.WhenAll(
            speech.ReadAsync(process.StandardOutput.BaseStream), speech.ReadErrorsAsync(process.StandardError.BaseStream));
        try
        {
            await watch.RunAsync(cancellationToken);
        }
        finally
        {
            await tree.KillAsync();
            await EndAsync(read, fed, process);
        }

        if (!process.HasExited)
        {
            throw new JobException(
                ErrorCategory.Internal, $"The command {Path.GetFileName(program)} did not end when it was killed.", "command_not_ended");
        }

        Judge(process.ExitCode, Path.GetFileName(program), speech, watch, cancellationToken);
        speech.Finish();
    }

    private void Judge(int exitCode, string name, CommandSpeech speech, CommandWatch watch, CancellationToken cancellationToken)
    {
        if (watch.MemoryUsed is { } used)
        {
            throw new JobException(
                ErrorCategory.ResourceExhausted,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The command {name} was killed: with its children it used {used} bytes of memory, and MemoryLimit is "
                    + $"{settings.MemoryLimit}."));
        }

        if (speech.Fault is { } fault)
        {
            throw fault;
        }

        if (exitCode == 0 && !speech.EndsInError)
        {
            return;
        }

        if (cancellationToken.IsCancellationRequested && speech.Error is null && exitCode is not (130 or 137 or 143))
        {
            // It was told to stop and did, in its own way.
            throw new OperationCanceledException(
                $"The command {name} was told to stop, and ended with exit code {exitCode}.", cancellationToken);
        }

        throw new CommandFailedException(
            exitCode,
            string.Create(CultureInfo.InvariantCulture, $"The command {name} ended with exit code {exitCode}."),
            speech.LastErrors,
            speech.Error ?? speech.LastLine);
    }

    private string[] Arguments(DeclaredAttempt attempt)
    {
        try
        {
            using var payload = JsonDocument.Parse(attempt.Payload);
            return settings.Arguments(payload.RootElement);
        }
        catch (PawlException fault)
        {
            throw DeclaredAttempt.Refused(fault);
        }
    }

    private Dictionary<string, string?> Environment(DeclaredAttempt attempt, string trace, string? checkpoint)
    {
        var job = attempt.Job;
        var all = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var name in settings.Env)
        {
            if (System.Environment.GetEnvironmentVariable(name) is { } value)
            {
                all[name] = value;
                if (SecretMask.IsSecretName(name))
                {
                    attempt.Hide(value);   // a command that prints its surroundings prints what it was trusted with
                }
            }
        }

        if (OperatingSystem.IsWindows() && System.Environment.GetEnvironmentVariable("SystemRoot") is { } root)
        {
            // Without it hardly a program of Windows starts.
            all["SystemRoot"] = root;
        }

        all["PAWL_JOB_ID"] = job.Id.ToString();
        all["PAWL_ATTEMPT"] = job.Attempt.ToString(CultureInfo.InvariantCulture);
        all["PAWL_TYPE"] = job.Type;
        all["PAWL_QUEUE"] = job.Queue;
        all["PAWL_IDEMPOTENCY_KEY"] = job.IdempotencyKey;
        all["TRACEPARENT"] = trace;
        if (checkpoint is not null)
        {
            all["PAWL_CHECKPOINT_FILE"] = checkpoint;
        }

        return all;
    }

    private Process Start(string program, string[] arguments, Dictionary<string, string?> environment)
    {
        var start = new ProcessStartInfo
        {
            FileName = program,
            WorkingDirectory = settings.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        if (ProcessTree.Leader is { } leader)
        {
            // Starts the program in a session, and so a group, of its own, and becomes it: the number stays.
            start.FileName = leader;
            start.ArgumentList.Add(program);
        }

        foreach (var argument in arguments.AsSpan(1))
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Exception fault) when (fault is Win32Exception or IOException or InvalidOperationException)
        {
            throw new JobException(
                ErrorCategory.Configuration,
                $"The command {Path.GetFileName(program)} could not be started: {fault.Message}",
                "command_not_started",
                innerException: fault);
        }
    }

    private static async Task FeedAsync(Process process, ReadOnlyMemory<byte> payload)
    {
        try
        {
            await using var input = process.StandardInput.BaseStream;
            await input.WriteAsync(payload);
            await input.FlushAsync();
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // It need not read what it is given.
        }
    }

    /// <summary>Waits for the rest of the output. Who hid from us and still holds the other end does not hold us up.</summary>
    private static async Task EndAsync(Task read, Task fed, Process process)
    {
        using var patience = new CancellationTokenSource(LastWords, TimeProvider.System);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            await read.WaitAsync(patience.Token);
            await fed.WaitAsync(patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            process.StandardOutput.Close();
            process.StandardError.Close();
        }
    }
}
