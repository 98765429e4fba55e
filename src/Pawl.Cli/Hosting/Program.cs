using System.CommandLine;
using System.Data.Common;
using System.Runtime.InteropServices;
using Pawl.Cli.Commands;

namespace Pawl.Cli.Hosting;

/// <summary>The <c>pawl</c> tool.</summary>
internal static class Program
{
    internal static async Task<int> Main(string[] words)
    {
        using var stop = new CancellationTokenSource();
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            // The first one ends nicely, the second one is the system's matter.
            if (!stop.IsCancellationRequested)
            {
                context.Cancel = true;
                stop.Cancel();
            }
        });
        try
        {
            var code = await RunAsync(words, stop.Token).ConfigureAwait(false);
            Session.Flush();
            return code;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Finish();
            return ExitCode.Interrupted;
        }
        catch (IOException error) when (IsClosedPipe(error))
        {
            return ExitCode.Done;   // whoever read has seen enough
        }
        catch (CliException error)
        {
            return Fail(error.Code, error.Message, error.Hint, error.ExitCode, error, words);
        }
        catch (PawlException error)
        {
            return Fail(error.Code, error.Message, null, error.ExitCode ?? ExitCodes.Of(error), error, words);
        }
        catch (DbException error)
        {
            var told = $"the storage failed: {error.Message}";
            return Fail("storage_failed", told, "pawl db check looks into it", ExitCode.StorageFailed, error, words);
        }
        catch (Exception error)
        {
            return Fail("internal", $"{error.GetType().Name}: {error.Message}", "-v shows where; report this", ExitCode.Refused, error,
                words);
        }
    }

    private static Task<int> RunAsync(string[] words, CancellationToken cancellationToken)
    {
        var root = Tree.Of(words);
        if (Slips.Mistyped(root, words) is { } mistyped)
        {
            throw mistyped;
        }

        var parsed = root.Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is not { ClearsParseErrors: true })
        {
            throw Slips.Explain(parsed);
        }

        if (Slips.Swallowed(parsed, words) is { } swallowed)
        {
            throw swallowed;
        }

        return parsed.InvokeAsync(
            new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancellationToken);
    }

    private static int Fail(string code, string message, string? hint, int exitCode, Exception error, string[] words)
    {
        try
        {
            Finish();
            Console.Error.WriteLine(CliException.Line(code, message, hint));
            if (words.Contains("-v") || words.Contains("--verbose"))
            {
                if (error is CliException { RequestId: { } request })
                {
                    Console.Error.WriteLine($"request {Escape.Line(request)}");
                }

                if (code == "internal")
                {
                    Console.Error.WriteLine(Escape.Lines(error.ToString()));
                }
            }
        }
        catch (IOException)
        {
            // nobody listens on stderr either
        }

        return exitCode;
    }

    private static void Finish()
    {
        try
        {
            Session.Flush();
        }
        catch (IOException)
        {
            // the reader is gone
        }
    }

    private static bool IsClosedPipe(IOException error) =>
        error.Message.Contains("pipe", StringComparison.OrdinalIgnoreCase) || (error.HResult & 0xFFFF) is 32 or 109 or 232;
}
