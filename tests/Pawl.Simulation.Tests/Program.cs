using System.Globalization;
using Pawl.Simulation.Tests.Runs;

// With "hunt" it makes runs until one breaks a promise, at most so many.
if (args is ["hunt", var many] && int.TryParse(many, NumberStyles.None, CultureInfo.InvariantCulture, out var most))
{
    return Desk.Hunt(most);
}

// With a number it repeats that run and prints its events; with two it makes all runs from one to the other. Without one it is a test
// program like any other.
if (args is [var word, ..] && int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var first))
{
    return args is [_, var end] && int.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var last)
        ? Desk.Sweep(first, last)
        : Desk.Show(first, Console.Out);
}

return args.Any(argument => argument is "--server" or "--internal-msbuild-node")
    ? await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(
        args, Pawl.Simulation.Tests.SelfRegisteredExtensions.AddSelfRegisteredExtensions)
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
