using System.Text.RegularExpressions;

namespace Pawl.Tidy.Docs;

/// <summary>What a page names as a proof is there: the project, the class, the test, the script. And every promise has one.</summary>
public sealed partial class ProofsTests
{
    private const string Guarantees = "docs/guarantees.md";
    private const string Security = "docs/security.md";
    private const int Attacks = 32;

    private static readonly Lazy<IReadOnlyList<Proof>> Tests = new(() => ReadTests(Checkout.Under("tests/", ".cs")));

    [Fact]
    public void Every_proof_that_a_page_names_is_there() =>
        Verdict.Clean(((string[])[Guarantees, Security]).SelectMany(page => CheckProofs(PageAt(page), Tests.Value, Checkout.Files)));

    [Fact]
    public void Every_promise_that_the_checker_knows_is_told_with_what_it_is_not_and_its_proof() => Verdict.Clean(CheckPromises(
        PageAt(Guarantees),
        [.. Checkout.Under("tests/Pawl.Checker.Tests/", ".txt").Select(file => Planted().Match(file.Name)).Where(match => match.Success)
            .Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).Order()]));

    [Fact]
    public void Every_attack_has_a_test() => Verdict.Clean(CheckAttacks(PageAt(Security)));

    [Theory]
    [InlineData("dotnet test --project tests/Gone -- --filter-class '*ATests'", "a.md:2: there is no project tests/Gone")]
    [InlineData("dotnet test --project tests/A -- --filter-class '*BTests'", "a.md:2: tests/A has no class of tests *BTests")]
    [InlineData("dotnet test --project tests/A -- --filter-method '*It_does'", "a.md:2: tests/A has no test *It_does")]
    [InlineData("dotnet test --project tests/A", "a.md:2: this is no command that can be checked: dotnet test --project tests/A")]
    [InlineData("./gone.sh", "a.md:2: there is no script gone.sh")]
    [InlineData("./run.sh slow", "a.md:2: run.sh knows no slow")]
    public void A_command_that_proves_nothing_is_found(string command, string problem) =>
        Assert.Equal([problem], CheckProofs(new("a.md", $"```sh\n{command}\n```\n"), Known, Files));

    [Fact]
    public void A_test_that_is_not_there_is_found() => Assert.Equal(
        ["a.md:1: there is no test ATests.It_walks", "a.md:1: there is no test BTests.It_works"],
        CheckProofs(new("a.md", "`ATests.It_works` `ATests.It_walks` `BTests.It_works` `Pawl.Web`"), Known, Files));

    [Fact]
    public void Commands_that_prove_something_pass() => Assert.Empty(CheckProofs(
        new("a.md", "```sh\ndotnet test --project tests/A -- --filter-class '*ATests' '*In.ATests'\n./run.sh\n./run.sh full\n```\n"),
        Known,
        Files));

    [Fact]
    public void A_promise_without_its_parts_is_found() => Assert.Equal(
        [
            "a.md: G2 is not quoted", "a.md: G2 does not say what is not promised", "a.md: G2 has no command", "a.md: there is no G3",
            "a.md: nobody knows G4",
        ],
        CheckPromises(
            new("a.md", "## G1\n> \"Yes.\"\n\n**Not promised:** no.\n```sh\n./run.sh\n```\n## G2\nWell.\n## G4\n> \"x\"\n"
                + "**Not promised:** y.\n```sh\n./run.sh\n```\n## More\n"),
            [1, 2, 3]));

    [Fact]
    public void Inherited_tests_and_those_of_partial_classes_are_known() => Assert.Equal(
        [new("tests/A", "A.In.Base", "It_works"), new("tests/A", "A.Out.ATests", "It_works")],
        ReadTests(
        [
            new("tests/A/Base.cs", """
                namespace A.In;
                public partial class Base
                {
                    [Fact]
                    public void It_works() { }
                    public void Aid() { }
                }
                """),
            new("tests/A/ATests.cs", "namespace A.Out;\npublic sealed class ATests(int x) : In.Base\n{\n}\n"),
        ]));

    private static readonly Proof[] Known = [new("tests/A", "A.In.ATests", "It_works")];

    private static readonly SourceFile[] Files =
        [new("tests/A/A.csproj", ""), new("run.sh", "case ${1-} in\n  full) ;;\n  '' | quick) ;;\nesac\n")];

    private static SourceFile PageAt(string path) => Checkout.Files.Single(file => file.Path == path);

    private static IEnumerable<string> CheckProofs(SourceFile page, IReadOnlyList<Proof> tests, IReadOnlyCollection<SourceFile> files)
    {
        foreach (var (number, line) in Markdown.Prose(page))
        {
            foreach (var match in Named().Matches(line).Where(match => !tests.Any(test =>
                test.Class.EndsWith("." + match.Groups[1].Value, StringComparison.Ordinal) && test.Method == match.Groups[2].Value)))
            {
                yield return $"{page.Path}:{number}: there is no test {match.Groups[1].Value}.{match.Groups[2].Value}";
            }
        }

        foreach (var (_, language, text, number) in Markdown.Blocks(page).Where(block => block.Language == "sh"))
        {
            foreach (var (at, line) in SourceFile.NumberLines(text))
            {
                foreach (var problem in CheckCommand(line.Trim(), tests, files))
                {
                    yield return $"{page.Path}:{number + at}: {problem}";
                }
            }
        }
    }

    private static IEnumerable<string> CheckCommand(string line, IReadOnlyList<Proof> tests, IReadOnlyCollection<SourceFile> files)
    {
        if (Script().Match(line) is { Success: true } script)
        {
            var (path, word) = (script.Groups[1].Value, script.Groups[2].Value);
            return files.FirstOrDefault(file => file.Path == path) is not { } found ? [$"there is no script {path}"]
                : word.Length == 0 || Choices(found).Contains(word) ? []
                : [$"{path} knows no {word}"];
        }

        if (Command().Match(line) is not { Success: true } match)
        {
            return [$"this is no command that can be checked: {line}"];
        }

        var (project, byClass) = (match.Groups["project"].Value, match.Groups["by"].Value == "class");
        var name = project[(project.LastIndexOf('/') + 1)..];
        if (!files.Any(file => file.Path == $"{project}/{name}.csproj"))
        {
            return [$"there is no project {project}"];
        }

        return
            from pattern in match.Groups["pattern"].Captures.Select(capture => capture.Value)
            where !tests.Any(test => test.Project == project && Fits(pattern, byClass ? test.Class : $"{test.Class}.{test.Method}"))
            select $"{project} has no {(byClass ? "class of tests" : "test")} {pattern}";
    }

    private static IEnumerable<string> Choices(SourceFile script) =>
        Choice().Matches(script.Text).SelectMany(choice => choice.Groups[1].Value.Split([' ', '|', '\'']));

    private static bool Fits(string pattern, string text)
    {
        var word = pattern.Trim('*');
        return (pattern.StartsWith('*'), pattern.EndsWith('*')) switch
        {
            (true, true) => text.Contains(word, StringComparison.Ordinal),
            (true, false) => text.EndsWith($".{word}", StringComparison.Ordinal),   // the whole last word of it, or nobody finds it again
            (false, true) => text.StartsWith(word, StringComparison.Ordinal),
            _ => text == word,
        };
    }

    private static IEnumerable<string> CheckPromises(SourceFile page, IReadOnlyList<int> known)
    {
        var parts = Heading().Split(page.Text.ReplaceLineEndings("\n"));   // before, then name and text in turn
        var told = new Dictionary<int, string>();
        for (var at = 1; at + 1 < parts.Length; at += 2)
        {
            if (int.TryParse(parts[at].TrimStart('G'), out var number))
            {
                told[number] = parts[at + 1];
            }
        }

        foreach (var number in known)
        {
            if (!told.TryGetValue(number, out var text))
            {
                yield return $"{page.Path}: there is no G{number}";
                continue;
            }

            if (!text.Contains("\n> \"", StringComparison.Ordinal))
            {
                yield return $"{page.Path}: G{number} is not quoted";
            }

            if (!((string[])["**Not promised:**", "**Not in this version:**"]).Any(text.Contains))
            {
                yield return $"{page.Path}: G{number} does not say what is not promised";
            }

            if (!text.Contains("\n```sh\n", StringComparison.Ordinal))
            {
                yield return $"{page.Path}: G{number} has no command";
            }
        }

        foreach (var number in told.Keys.Except(known).Order())
        {
            yield return $"{page.Path}: nobody knows G{number}";
        }
    }

    private static IEnumerable<string> CheckAttacks(SourceFile page)
    {
        var parts = Attack().Split(page.Text.ReplaceLineEndings("\n"));
        var told = parts.Skip(1).Chunk(2).ToDictionary(pair => pair[0], pair => pair[1].Split("\n\n")[0]);
        for (var number = 1; number <= Attacks; number++)
        {
            if (!told.TryGetValue($"A{number}", out var text) || !Named().IsMatch(text))
            {
                yield return $"{page.Path}: A{number} has no test";
            }
        }
    }

    /// <summary>Every test of a project, those that a class inherits too.</summary>
    private static List<Proof> ReadTests(IEnumerable<SourceFile> files)
    {
        var (own, bases) = (new List<Proof>(), new List<(string Project, string Class, string Base)>());
        foreach (var file in files)
        {
            var space = Namespace().Match(file.Text).Groups[1].Value;
            var project = string.Join('/', file.Path.Split('/').Take(2));
            if (Class().Match(file.Text) is not { Success: true } found)
            {
                continue;
            }

            var name = $"{space}.{found.Groups[1].Value}";
            own.AddRange(Mark().Matches(file.Text)
                .Select(mark => Method().Match(file.Text, mark.Index))
                .Select(test => new Proof(project, name, test.Groups[1].Value)));
            if (found.Groups[2].Success)
            {
                bases.Add((project, name, found.Groups[2].Value.Split('.')[^1]));
            }
        }

        var inherited = bases.SelectMany(heir => own
            .Where(test => test.Project == heir.Project && test.Class != heir.Class
                && test.Class.EndsWith("." + heir.Base, StringComparison.Ordinal))
            .Select(test => test with { Class = heir.Class }));
        return [.. own.Concat(inherited.ToList())];
    }

    [GeneratedRegex(@"^G(\d\d)\.txt$")]
    private static partial Regex Planted();

    [GeneratedRegex(@"`([A-Z]\w*(?:Tests|Spec))\.([A-Z]\w*_\w+)`")]
    private static partial Regex Named();

    [GeneratedRegex(@"^(?:\./)?((?:[\w.-]+/)*[\w.-]+\.sh)(?: (\w+))?$")]
    private static partial Regex Script();

    [GeneratedRegex(@"^\s*([^()\n]+)\)", RegexOptions.Multiline)]
    private static partial Regex Choice();

    [GeneratedRegex(@"^dotnet test --project (?<project>tests/[\w.]+) -- --filter-(?<by>class|method)(?: '(?<pattern>[^']+)')+$")]
    private static partial Regex Command();

    [GeneratedRegex(@"^## (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^- \*\*(A\d+)\*\*", RegexOptions.Multiline)]
    private static partial Regex Attack();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(
        @"^(?:public|internal) (?:sealed |abstract |partial )*class (\w+)(?:\([^)]*\))?(?:\s*:\s*([\w.]+))?", RegexOptions.Multiline)]
    private static partial Regex Class();

    [GeneratedRegex(@"^\s*\[(?:Fact|Theory)\b", RegexOptions.Multiline)]
    private static partial Regex Mark();

    [GeneratedRegex(@"\bpublic (?:static )?(?:async )?(?:Task|void|ValueTask) (\w+)\(")]
    private static partial Regex Method();

    /// <summary>A test, and where it is.</summary>
    private sealed record Proof(string Project, string Class, string Method);
}
