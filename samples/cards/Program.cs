using System.Runtime.InteropServices;
using Cards;
using Cards.Face;
using Cards.Git;
using Pawl;
using Spectre.Console;

var line = CommandLine.Read(args);
if (line.Help)
{
    Console.WriteLine(CommandLine.Usage);
    return 0;
}
if (line.Options is not { } options)
{
    Console.Error.WriteLine($"cards: {line.Error}");
    Console.Error.WriteLine("Try 'cards --help'.");
    return 2;
}

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);

// Asked once it stops in good order; asked again it stops as it is, and the next start sees to the rest all the same.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}

IFace face = options.Plain || Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive
    ? new PlainFace(Console.Out)
    : new LiveFace(AnsiConsole.Console);
try
{
    return await new StudyRun(options, face, TimeProvider.System).RunAsync(stop.Token).ConfigureAwait(false);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("cards: stopped. What is done is kept; start it again to go on.");
    return 130;
}
catch (PawlException error)
{
    Console.Error.WriteLine($"cards: {error.Message}");
    return error.ExitCode ?? 1;
}
catch (Exception error) when (error is GitFailedException or InvalidDataException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"cards: {Visible.Text(error.Message)}");
    return 1;
}
