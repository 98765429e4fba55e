using System.Diagnostics;
using System.Text;

namespace Pawl.Tidy;

/// <summary>What git knows of this checkout: files under version control, and new ones it does not ignore.</summary>
internal static class Checkout
{
    private static readonly Lazy<IReadOnlyList<string>> LazyPaths = new(() =>
    [
        .. Git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
            .Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Distinct()
            .Where(path => File.Exists(Repository.PathTo(path)))
            .Order(StringComparer.Ordinal),
    ]);

    private static readonly Lazy<IReadOnlyList<SourceFile>> LazyFiles = new(() =>
    [
        .. Paths
            .Select(path => new SourceFile(path, File.ReadAllText(Repository.PathTo(path))))
            .Where(file => !file.Text.Contains('\0')),
    ]);

    public static IReadOnlyList<string> Paths => LazyPaths.Value;

    /// <summary>Every file that is text.</summary>
    public static IReadOnlyList<SourceFile> Files => LazyFiles.Value;

    public static IEnumerable<SourceFile> Under(string folder, string extension) =>
        Files.Where(file => file.IsUnder(folder) && file.Is(extension));

    public static string Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };

        // A container often runs as another user than the one who owns the checkout.
        foreach (var argument in (string[])["-c", "safe.directory=*", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using var git = Process.Start(start) ?? throw new InvalidOperationException("git did not start.");
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"git {string.Join(' ', arguments)} ended with {git.ExitCode} in {Repository.Root}.");
    }
}
