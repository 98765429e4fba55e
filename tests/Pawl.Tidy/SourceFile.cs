namespace Pawl.Tidy;

/// <summary>A text file of the checkout.</summary>
/// <param name="Path">Relative to the root, with forward slashes.</param>
/// <param name="Text">All of it.</param>
internal sealed record SourceFile(string Path, string Text)
{
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>The folder it is in, without a slash at the end; empty at the root.</summary>
    public string Folder => Path.Contains('/') ? Path[..Path.LastIndexOf('/')] : "";

    /// <summary>The lines with their numbers, from 1.</summary>
    public IEnumerable<(int Number, string Text)> Lines => NumberLines(Text);

    /// <summary>Whether somebody else wrote it, and we keep it as it is.</summary>
    public bool IsVendored => Path.Contains("/vendor/", StringComparison.Ordinal);

    public bool Is(string extension) => Path.EndsWith(extension, StringComparison.Ordinal);

    public bool IsUnder(string folder) => Path.StartsWith(folder, StringComparison.Ordinal);

    public static IEnumerable<(int Number, string Text)> NumberLines(string text) =>
        text.ReplaceLineEndings("\n").Split('\n').Select((line, at) => (at + 1, line));
}
