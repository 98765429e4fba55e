namespace Pawl.Declared;

/// <summary>Finds the program that a command names.</summary>
internal static class Programs
{
    /// <summary>Its file: in the working folder where the name has a folder in it, else on the PATH of this process.</summary>
    /// <exception cref="JobException">There is none that could be run: category configuration.</exception>
    public static string Find(string name, string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new JobException(
                ErrorCategory.Configuration,
                $"The working folder {Shown.Text(folder)} of the command is not there.",
                "working_directory_missing");
        }

        var isPath = name.Contains('/', StringComparison.Ordinal)
            || (OperatingSystem.IsWindows() && name.Contains('\\', StringComparison.Ordinal));
        var found = isPath ? At(Path.GetFullPath(name, folder)) : OnPath(name);
        if (found is null)
        {
            throw new JobException(
                ErrorCategory.Configuration,
                isPath
                    ? $"The command {Shown.Text(name)} is not in its working folder {Shown.Text(folder)}, or not a file."
                    : $"The command {Shown.Text(name)} is in no folder of the PATH. Give the path of its file.",
                "command_not_found");
        }

        const UnixFileMode Any = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return OperatingSystem.IsWindows() || (File.GetUnixFileMode(found) & Any) != 0
            ? found
            : throw new JobException(
                ErrorCategory.Configuration,
                $"The command {Shown.Text(name)} may not be executed: see its file's mode.",
                "command_not_executable");
    }

    private static string? OnPath(string name)
    {
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        {
            if (Path.IsPathRooted(folder) && At(Path.Combine(folder, name)) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static string? At(string path) =>
        File.Exists(path) ? path : OperatingSystem.IsWindows() && File.Exists(path + ".exe") ? path + ".exe" : null;
}
