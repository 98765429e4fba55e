using System.Text.RegularExpressions;

namespace Pawl.Tidy.Layout;

/// <summary>What may lie where: nothing dead, nothing nameless, nothing that only one system understands.</summary>
public sealed partial class FilesTests
{
    private static readonly string[] AtTheRoot =
    [
        ".editorconfig", ".gitattributes", ".gitignore", "BannedSymbols.txt", "CHANGELOG.md", "CONTRIBUTING.md", "Directory.Build.props",
        "Directory.Build.targets", "Directory.Packages.props", "LICENSE", "Pawl.slnx", "README.md", "THIRD-PARTY-NOTICES.txt",
        "chaos.sh", "global.json", "test.ps1", "test.sh",
    ];

    private static readonly string[] Folders = [".ci", ".devcontainer", "bench", "docs", "samples", "src", "tests"];

    private static readonly string[] NotOurs = [".git", ".idea", ".vs", ".vscode", "artifacts", "bin", "node_modules", "obj"];

    [Fact]
    public void The_root_holds_only_what_belongs_there() => Verdict.Clean(CheckRoot(Checkout.Paths));

    [Fact]
    public void A_stray_file_at_the_root_is_found() => Assert.Equal(
        ["notes.md does not belong at the root", "tools/x.sh: tools does not belong at the root"],
        CheckRoot(["README.md", "notes.md", "src/Pawl/Job.cs", "tools/x.sh"]));

    [Fact]
    public void Every_source_file_belongs_to_a_project() => Verdict.Clean(CheckDeadFiles(Checkout.Paths));

    [Fact]
    public void A_dead_file_is_found() => Assert.Equal(
        ["src/Old.cs belongs to no project", "samples/cards/old.orig is a leftover of a tool", "src/Lost/Lost.cs belongs to no project"],
        CheckDeadFiles(
        [
            "src/Pawl/Pawl.csproj", "src/Pawl/Deep/Er/Job.cs", "src/Old.cs", "samples/01-hello.cs", "tests/TestKit/Approve.cs",
            "samples/cards/old.orig", "src/Lost/Lost.cs",
        ]));

    [Fact]
    public void The_solution_names_every_project() =>
        Verdict.Clean(CheckSolution(Checkout.Files.Single(file => file.Path == "Pawl.slnx").Text, Checkout.Paths));

    [Fact]
    public void A_project_outside_the_solution_is_found() => Assert.Equal(
        ["src/B/B.csproj is missing in Pawl.slnx", "Pawl.slnx names src/C/C.csproj, which is not there"],
        CheckSolution(
            """<Project Path="src/A/A.csproj" /><Project Path="src/C/C.csproj" />""",
            ["src/A/A.csproj", "src/B/B.csproj", "src/B/B.cs"]));

    [Fact]
    public void No_folder_is_empty() => Verdict.Clean(EmptyFolders(new DirectoryInfo(Repository.Root)));

    [Fact]
    public void An_empty_folder_is_found()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["artifacts"]);
        Directory.CreateDirectory(Path.Combine(folder["src"], "Attic"));

        Assert.Equal([$"{Path.Combine(folder["src"], "Attic")} is an empty folder"], EmptyFolders(new DirectoryInfo(folder.FullPath)));
    }

    [Fact]
    public void No_project_folder_or_file_has_a_name_that_means_nothing() => Verdict.Clean(CheckNames(Checkout.Paths));

    [Theory]
    [InlineData("src/Pawl.Abstractions/Job.cs")]
    [InlineData("src/Pawl/Common/Job.cs")]
    [InlineData("src/Pawl/Utils/Job.cs")]
    [InlineData("src/Pawl/Infrastructure/Job.cs")]
    [InlineData("src/Pawl/JobManager.cs")]
    [InlineData("samples/cards/GitHelpers.cs")]
    public void A_name_that_means_nothing_is_found(string path) => Assert.Single(CheckNames([path]));

    [Fact]
    public void Nothing_is_a_symbolic_link_and_scripts_can_be_run() => Verdict.Clean(CheckModes(Checkout.Git("ls-files", "-s")));

    [Fact]
    public void A_symbolic_link_and_a_script_without_its_bit_are_found() => Assert.Equal(
        [
            "docs/link is a symbolic link",
            "vendor is a repository inside this one",
            "test.sh is not executable; git update-index --chmod=+x",
        ],
        CheckModes(
            "120000 0123456789abcdef 0\tdocs/link\n160000 0123 0\tvendor\n100644 0123 0\ttest.sh\n100755 0123 0\t.ci/run\n"));

    private static IEnumerable<string> CheckRoot(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            var slash = path.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0 && !AtTheRoot.Contains(path))
            {
                yield return $"{path} does not belong at the root";
            }
            else if (slash > 0 && !Folders.Contains(path[..slash]))
            {
                yield return $"{path}: {path[..slash]} does not belong at the root";
            }
        }
    }

    private static IEnumerable<string> CheckDeadFiles(IReadOnlyCollection<string> paths)
    {
        var projects = paths.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal));
        var homes = (string[])["tests/TestKit/", .. projects.Select(path => path[..(path.LastIndexOf('/') + 1)])];
        foreach (var path in paths)
        {
            if (ToolLeftover().IsMatch(path))
            {
                yield return $"{path} is a leftover of a tool";
            }
            else if (path.EndsWith(".cs", StringComparison.Ordinal)
                && !SingleFileSample().IsMatch(path)
                && !homes.Any(home => path.StartsWith(home, StringComparison.Ordinal)))
            {
                yield return $"{path} belongs to no project";
            }
        }
    }

    private static IEnumerable<string> CheckSolution(string solution, IEnumerable<string> paths)
    {
        var named = ProjectPath().Matches(solution).Select(match => match.Groups[1].Value).ToList();
        var there = paths.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal)).ToList();
        return
        [
            .. there.Except(named).Select(path => $"{path} is missing in Pawl.slnx"),
            .. named.Except(there).Select(path => $"Pawl.slnx names {path}, which is not there"),
        ];
    }

    private static IEnumerable<string> EmptyFolders(DirectoryInfo folder)
    {
        foreach (var child in folder.EnumerateDirectories().Where(child => !NotOurs.Contains(child.Name)))
        {
            if (!child.EnumerateFileSystemInfos().Any())
            {
                yield return $"{child.FullName} is an empty folder";
            }

            foreach (var below in EmptyFolders(child))
            {
                yield return below;
            }
        }
    }

    private static IEnumerable<string> CheckNames(IEnumerable<string> paths) =>
        paths
            .Select(path => (path, match: EmptyWord().Match(path)))
            .Where(found => found.match.Success)
            .Select(found => $"{found.path}: '{found.match.Groups["word"].Value}' says nothing; name the thing it does");

    private static IEnumerable<string> CheckModes(string staged)
    {
        foreach (var line in staged.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var (mode, path) = (line[..6], line[(line.IndexOf('\t', StringComparison.Ordinal) + 1)..]);
            switch (mode)
            {
                case "120000":
                    yield return $"{path} is a symbolic link";
                    break;
                case "160000":
                    yield return $"{path} is a repository inside this one";
                    break;
                case "100644" when path == ".ci/run" || path.EndsWith(".sh", StringComparison.Ordinal):
                    yield return $"{path} is not executable; git update-index --chmod=+x";
                    break;
            }
        }
    }

    [GeneratedRegex(@"\.(orig|rej|bak|swp|tmp)$|~$")]
    private static partial Regex ToolLeftover();

    [GeneratedRegex(@"^samples/[^/]+\.cs$")]
    private static partial Regex SingleFileSample();

    [GeneratedRegex(@"<Project Path=""([^""]+)""")]
    private static partial Regex ProjectPath();

    // A part of the path, or of a dotted name in it, that is such a word, and a file whose name ends in one.
    [GeneratedRegex(
        @"(?:^|[/.])(?<word>Abstractions|Common|Shared|Utils?|Utilities|Helpers?|Infrastructure|Managers?|Misc|Core)(?=[/.])"
        + @"|[a-z](?<word>Manager|Helpers?|Utils?|Utilities)\.cs$")]
    private static partial Regex EmptyWord();
}
