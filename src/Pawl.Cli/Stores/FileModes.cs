namespace Pawl.Cli.Stores;

/// <summary>Whether a file is its user's alone; <c>pawl doctor --fix</c> makes it so.</summary>
internal static class FileModes
{
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static Check Of(string name, string path, bool fix, Level open = Level.Red)
    {
        if (!Path.Exists(path))
        {
            return new(name, Level.Green, "there is none here", null);
        }

        if (OperatingSystem.IsWindows())
        {
            return new(name, Level.Green, path, null);
        }

        if ((File.GetUnixFileMode(path) & ~Mine) == 0)
        {
            return new(name, Level.Green, $"{path} is this user's alone", null);
        }

        if (!fix)
        {
            return new(name, open, $"{path} is open to other users", $"chmod 600 {path}, or pawl doctor --fix");
        }

        File.SetUnixFileMode(path, Mine);
        return new(name, Level.Green, $"{path} is this user's alone now", null);
    }
}
