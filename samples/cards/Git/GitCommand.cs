using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Cards.Git;

/// <summary>Runs git in one repository as a child process with an argument list, never through a shell.</summary>
/// <remarks>
/// The repository is not trusted: its configuration may name programs to run (hooks, monitors, signature checkers, diff drivers,
/// transports for missing objects). Every such door is shut here, for all commands.
/// </remarks>
internal sealed class GitCommand(string folder)
{
    public const int DefaultLimit = 16 * 1024 * 1024;

    // A file next to the program: it makes git's own language rules find the function that a hunk stands in.
    private static readonly string Attributes = Path.Combine(AppContext.BaseDirectory, "Git", "languages.gitattributes");

    private static readonly string[] Hardening =
    [
        "--no-pager", "--no-replace-objects", "--literal-pathspecs",
        "-c", "core.fsmonitor=", "-c", "core.hooksPath=/dev/null", "-c", "core.attributesFile=" + Attributes,
        "-c", "protocol.allow=never", "-c", "log.showSignature=false",
    ];

    /// <summary>Runs one command and gives back what it wrote, up to <paramref name="limit"/> bytes. A nonzero exit is an answer.</summary>
    /// <exception cref="GitFailedException">git could not be started.</exception>
    public async Task<GitReply> AskAsync(IEnumerable<string> arguments, CancellationToken cancellationToken, int limit = DefaultLimit)
    {
        using var process = Start(arguments);
        try
        {
            var complaint = ComplaintAsync(process.StandardError, cancellationToken);
            var (output, cut) = await OutputAsync(process.StandardOutput.BaseStream, limit, cancellationToken).ConfigureAwait(false);
            if (cut)
            {
                process.Kill(entireProcessTree: true);
            }

            var error = await complaint.ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return new GitReply(output, cut, process.ExitCode, error);
        }
        catch
        {
            Stop(process);
            throw;
        }
    }

    /// <summary>As <see cref="AskAsync"/>, for a command that must succeed.</summary>
    /// <exception cref="GitFailedException">git could not be started, or refused.</exception>
    public async Task<GitReply> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken, int limit = DefaultLimit)
    {
        var reply = await AskAsync(arguments, cancellationToken, limit).ConfigureAwait(false);
        if (reply.ExitCode != 0 && !reply.Cut)
        {
            throw new GitFailedException(reply.Error.Length > 0 ? reply.Error : $"git ended with {reply.ExitCode}.", reply.ExitCode);
        }

        return reply;
    }

    private Process Start(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var argument in Hardening.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        Clean(start.Environment);
        try
        {
            var process = Process.Start(start) ?? throw new GitFailedException("git could not be started.");
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception error) when (Directory.Exists(folder))
        {
            throw new GitFailedException("git was not found. Install git 2.31 or newer and make sure it is on the PATH.", inner: error);
        }
        catch (Win32Exception error)
        {
            throw new GitFailedException($"There is no folder '{folder}'.", inner: error);
        }
    }

    private static void Clean(IDictionary<string, string?> environment)
    {
        // GIT_DIR, GIT_CONFIG_*, GIT_EXTERNAL_DIFF and their like would lead git to another repository or to another program.
        foreach (var name in environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            environment.Remove(name);
        }

        environment["GIT_OPTIONAL_LOCKS"] = "0";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["GIT_NO_LAZY_FETCH"] = "1";
        // A name that no transport has: an empty value would do, but Windows drops empty variables.
        environment["GIT_ALLOW_PROTOCOL"] = "none";
        environment["LC_ALL"] = "C";
    }

    private static async Task<(byte[] Output, bool Cut)> OutputAsync(Stream stream, int limit, CancellationToken cancellationToken)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return (kept.ToArray(), false);
            }

            var room = limit - (int)kept.Length;
            kept.Write(buffer, 0, Math.Min(read, room));
            if (read > room)
            {
                return (kept.ToArray(), true);
            }
        }
    }

    // Read to the end, so that a talkative git never waits for us; kept only as far as a person would read.
    private static async Task<string> ComplaintAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var kept = new StringBuilder();
        var buffer = new char[4096];
        int read;
        while ((read = await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            kept.Append(buffer, 0, Math.Min(read, Math.Max(0, 4096 - kept.Length)));
        }

        return kept.ToString().Trim();
    }

    private static void Stop(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It had already ended.
        }
    }
}
