using Pawl.Checker;

// Judges the history of one run. Exit code 0: valid, 1: invalid, 2: unknown, because something is missing or nothing ran.
if (args.Length != 1)
{
    await Console.Error.WriteLineAsync("usage: Pawl.Checker FOLDER");
    await Console.Error.WriteLineAsync($"FOLDER holds {string.Join(", ", Folder.Files)}; tests/Pawl.Checker/README.md tells their form.");
    return 2;
}

var judgement = Judge.Run(args[0]);
Console.Out.WriteLine(judgement.ToJson());
return judgement.ExitCode;
