namespace Cards.Making;

/// <summary>Judges a file by its path alone, so that the same commit gives the same cards everywhere.</summary>
internal static class PathRoles
{
    private static readonly HashSet<string> NoiseFolders = new(StringComparer.OrdinalIgnoreCase)
    {
        "vendor", "vendored", "node_modules", "third_party", "third-party", "thirdparty", "external", "dist", "bin", "obj", "generated",
        "__snapshots__", "snapshots", "fixtures", "testdata", "migrations-snapshots", "locales", "translations",
    };

    private static readonly HashSet<string> NoiseNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "changelog.md", "changelog", "changes.md", "changes", "history.md", "release-notes.md", "news", "authors",
        "contributors.md", "codeowners", "publicapi.shipped.txt", "publicapi.unshipped.txt", ".mailmap", "license", "license.md",
        "license.txt", ".gitignore", ".gitattributes", "cspell.json", "wordlist.txt", ".wordlist.txt",
    };

    private static readonly string[] NoiseEndings =
    [
        ".lock", ".lockb", ".lockfile", ".lock.json", "-lock.json", "-lock.yaml", "-shrinkwrap.json",
        ".g.cs", ".designer.cs", ".generated.cs", ".min.js", ".min.css", ".map", ".pb.go", ".pb.cs", "_pb2.py", ".snap",
        ".verified.txt", ".approved.txt", ".received.txt", ".svg", ".png", ".jpg", ".gif", ".ico", ".pdf", ".csv", ".tsv", ".po", ".pot",
        ".resx", ".xlf", ".sum", ".golden", ".ipynb", ".ruleset", ".sln", ".slnx", ".slnf",
    ];

    private static readonly HashSet<string> TestFolders = new(StringComparer.OrdinalIgnoreCase)
    {
        "test", "tests", "spec", "specs", "__tests__", "testing", "e2e", "benchmarks", "bench",
    };

    private static readonly HashSet<string> Prose = new(StringComparer.OrdinalIgnoreCase)
    {
        ".md", ".markdown", ".mdx", ".txt", ".rst", ".adoc", ".tex", ".org", ".livemd",
    };

    private static readonly HashSet<string> Settings = new(StringComparer.OrdinalIgnoreCase)
    {
        ".json", ".yml", ".yaml", ".toml", ".ini", ".cfg", ".conf", ".props", ".targets", ".csproj", ".fsproj", ".vbproj", ".xml",
        ".config", ".gradle", ".editorconfig", ".properties", ".env", "",
    };

    public static PathRole Of(string path)
    {
        var parts = path.Split('/');
        var name = parts[^1];
        var folders = parts[..^1];
        if (NoiseNames.Contains(name) || folders.Any(NoiseFolders.Contains)
            || NoiseEndings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
        {
            return PathRole.Noise;
        }

        var extension = Path.GetExtension(name);
        if (Prose.Contains(extension))
        {
            return PathRole.Prose;
        }

        if (Settings.Contains(extension) || name.StartsWith('.'))
        {
            return extension.Length == 0 && folders.Any(folder => folder is "bin" or "scripts") ? PathRole.Source : PathRole.Settings;
        }

        return IsTest(folders, Path.GetFileNameWithoutExtension(name)) ? PathRole.Test : PathRole.Source;
    }

    private static bool IsTest(string[] folders, string stem) =>
        folders.Any(folder => TestFolders.Contains(folder)
            || folder.EndsWith(".Tests", StringComparison.OrdinalIgnoreCase)
            || folder.EndsWith(".Specs", StringComparison.OrdinalIgnoreCase))
        || stem.EndsWith("Tests", StringComparison.Ordinal) || stem.EndsWith("Test", StringComparison.Ordinal)
        || stem.EndsWith("Specs", StringComparison.Ordinal)
        || stem.EndsWith("_test", StringComparison.Ordinal) || stem.StartsWith("test_", StringComparison.Ordinal)
        || stem.EndsWith("_spec", StringComparison.Ordinal)
        || stem.EndsWith(".test", StringComparison.Ordinal) || stem.EndsWith(".spec", StringComparison.Ordinal);
}
