using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pawl.Tidy.Layout;

/// <summary>The floors of each project: a folder uses only what stands below it. An arrow is a <c>using</c> line.</summary>
internal static partial class Floors
{
    /// <summary>Stands for the files that lie directly in a project's folder: the ground.</summary>
    public const string Root = "(root)";

    private const int Top = 6;
    private const int Unlisted = 2;

    /// <summary>The engine's floors. A folder that is missing here has no floor and fails.</summary>
    private static readonly Dictionary<string, int> Engine = new()
    {
        [Root] = 1,
        ["Timing"] = 2,
        ["Errors"] = 2,
        ["Queries"] = 2,
        ["Telemetry"] = 3,
        ["Storage"] = 4,
        ["Client"] = 5,
        ["Declared"] = 5,
        ["Running"] = 5,
        ["Maintenance"] = 5,
        ["Hosting"] = Top,
    };

    /// <summary>The floors of the HTTP API.</summary>
    private static readonly Dictionary<string, int> Web = new()
    {
        [Root] = 1,
        ["Wire"] = 2,
        ["Security"] = 3,
        ["Routing"] = 4,
        ["Api"] = 5,
        ["Live"] = 5,
        ["Operations"] = 5,
        ["Dashboard"] = 5,
        ["Hosting"] = Top,
    };

    /// <summary>The floors of the tool.</summary>
    private static readonly Dictionary<string, int> Cli = new()
    {
        [Root] = 1,
        ["Output"] = 2,
        ["Settings"] = 2,
        ["Client"] = 3,
        ["Demo"] = 3,
        ["Stores"] = 4,
        ["Commands"] = 5,
        ["Hosting"] = Top,
    };

    public static IEnumerable<string> Check(IReadOnlyCollection<SourceFile> files)
    {
        foreach (var arrow in Arrows(files))
        {
            var (from, to) = (Floor(arrow.Project, arrow.From), Floor(arrow.Project, arrow.To));
            if (from is null || to is null)
            {
                var unknown = from is null ? arrow.From : arrow.To;
                yield return $"{arrow.Where}: {arrow.Project}/{unknown} has no floor; give it one in {nameof(Floors)}.cs";
            }
            else if (to >= from)
            {
                yield return $"{arrow.Where}: {arrow.From} (floor {from}) must not use {arrow.To} (floor {to})";
            }
        }

        foreach (var (project, folder) in files.Select(PlaceOf).Distinct().Where(place => Floor(place.Project, place.Folder) is null))
        {
            yield return $"src/{project}/{folder} has no floor; give it one in {nameof(Floors)}.cs";
        }

        foreach (var file in files)
        {
            foreach (var (number, _) in file.Lines.Where(line => GlobalUsing().IsMatch(line.Text)))
            {
                yield return $"{file.Path}:{number}: a global using hides an arrow";
            }
        }
    }

    /// <summary>The page that shows what was measured.</summary>
    public static string Picture(IReadOnlyCollection<SourceFile> files, IEnumerable<SourceFile> projects)
    {
        var text = new StringBuilder("""
            # Floors

            Measured from the project references and the `using` lines, and written by `tests/Pawl.Tidy`; do not edit it by hand.
            A folder uses only folders on lower floors, never a neighbour on its own, and the root, the ground floor, uses none.

            ## Projects

            | project | uses |
            |---|---|

            """);
        foreach (var project in projects.OrderBy(project => Path.GetFileNameWithoutExtension(project.Name), StringComparer.Ordinal))
        {
            var uses = ProjectReference().Matches(project.Text).Select(match => match.Groups[1].Value);
            text.Append(CultureInfo.InvariantCulture, $"| {Path.GetFileNameWithoutExtension(project.Name)} | {List(uses)} |\n");
        }

        var arrows = Arrows(files).ToList();
        foreach (var project in files.Select(PlaceOf).GroupBy(place => place.Project).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            text.Append("\n## ").Append(project.Key).Append("\n\n| floor | folder | uses | used by |\n|---|---|---|---|\n");
            foreach (var folder in project
                .Select(place => place.Folder)
                .Distinct()
                .OrderByDescending(folder => Floor(project.Key, folder))
                .ThenBy(folder => folder, StringComparer.Ordinal))
            {
                var uses = arrows.Where(arrow => arrow.Project == project.Key && arrow.From == folder).Select(arrow => arrow.To);
                var usedBy = arrows.Where(arrow => arrow.Project == project.Key && arrow.To == folder).Select(arrow => arrow.From);
                var users = folder == Root ? "all" : List(usedBy);
                text.Append(CultureInfo.InvariantCulture, $"| {Floor(project.Key, folder)} | {folder} | {List(uses)} | {users} |\n");
            }
        }

        return text.ToString();

        static string List(IEnumerable<string> folders)
        {
            var list = string.Join(", ", folders.Distinct().Order(StringComparer.Ordinal));
            return list.Length == 0 ? "–" : list;
        }
    }

    private static int? Floor(string project, string folder) =>
        project switch
        {
            "Pawl" => Engine.TryGetValue(folder, out var floor) ? floor : null,
            "Pawl.Web" => Web.TryGetValue(folder, out var floor) ? floor : null,
            "Pawl.Cli" => Cli.TryGetValue(folder, out var floor) ? floor : null,
            _ => folder switch { Root => 1, "Hosting" => Top, _ => Unlisted },
        };

    private static IEnumerable<Arrow> Arrows(IReadOnlyCollection<SourceFile> files)
    {
        // "Storage.Claimed" needs no using line when the code around it is in Pawl; it is an arrow all the same.
        var types = files
            .SelectMany(file => TypeName().Matches(CSharpText.CodeOnly(file.Text)).Select(match => (PlaceOf(file), match.Groups[1].Value)))
            .ToHashSet();
        foreach (var file in files)
        {
            var (project, from) = PlaceOf(file);
            foreach (var (number, line) in SourceFile.NumberLines(CSharpText.CodeOnly(file.Text)))
            {
                var used = UsingLine().Match(line) is { Success: true } match
                    ? FolderOf(project, match.Groups[1].Value) is { } folder ? [folder] : (string[])[]
                    : [.. Qualified().Matches(line)
                        .Where(part => types.Contains(((project, part.Groups[1].Value), part.Groups[2].Value)))
                        .Select(part => part.Groups[1].Value)];
                foreach (var to in used.Where(to => to != from))
                {
                    yield return new Arrow(project, from, to, $"{file.Path}:{number}");
                }
            }
        }
    }

    /// <summary>src/Pawl/Storage/Sub/X.cs is in the folder Storage of Pawl.</summary>
    private static (string Project, string Folder) PlaceOf(SourceFile file)
    {
        var parts = file.Path.Split('/');
        return (parts[1], parts.Length > 3 ? parts[2] : Root);
    }

    /// <summary>The folder of the same project that a namespace stands for; null when it is another's.</summary>
    private static string? FolderOf(string project, string name) =>
        name.StartsWith($"{project}.", StringComparison.Ordinal) ? name[(project.Length + 1)..].Split('.')[0] : null;

    [GeneratedRegex(@"<ProjectReference Include=""[^""]*?([\w.]+)\.csproj""")]
    private static partial Regex ProjectReference();

    [GeneratedRegex(@"^\s*using\s+(?:static\s+)?(?:\w+\s*=\s*)?(?:global::)?(Pawl[\w.]*)")]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"^\s*global\s+using\s.*\bPawl\b|<Using\s+Include=""Pawl\b")]
    private static partial Regex GlobalUsing();

    [GeneratedRegex(@"(?<![\w.])(?:(?:global::)?Pawl\.)?([A-Z]\w+)\.([A-Z]\w*)")]
    private static partial Regex Qualified();

    [GeneratedRegex(@"\b(?:class|struct|interface|enum|record(?:\s+struct)?)\s+([A-Z]\w*)")]
    private static partial Regex TypeName();

    private sealed record Arrow(string Project, string From, string To, string Where);
}
