using System.Text.Json;

namespace Pawl.Tidy.Packages;

/// <summary>No package comes in, not even through another one, before somebody has read its licence.</summary>
public sealed class LicencesTests
{
    private const string List = "tests/Pawl.Tidy/Packages/allowed.txt";
    private static readonly string[] Licences = ["MIT", "Apache-2.0", "BSD-3-Clause", "PostgreSQL", "0BSD", "public domain"];

    [Fact]
    public void Every_package_in_a_lock_file_is_on_the_list()
    {
        var locks = Checkout.Files.Where(file => file.Name == "packages.lock.json").ToList();

        Assert.NotEmpty(locks);
        Verdict.Clean(CheckPackages(locks, Allowed(Read()).Select(line => line.Name)));
    }

    [Fact]
    public void Every_licence_on_the_list_is_a_free_one() => Verdict.Clean(CheckLicences(Read()));

    [Fact]
    public void A_package_that_is_not_on_the_list_is_found()
    {
        SourceFile file = new(
            "src/Pawl/packages.lock.json",
            """
            { "version": 2, "dependencies": { "net10.0": {
              "Good": { "type": "Direct", "resolved": "1.0.0" },
              "Family.Member": { "type": "Transitive", "resolved": "1.0.0" },
              "Goodish": { "type": "Transitive", "resolved": "2.0.0" },
              "pawl": { "type": "Project" } } } }
            """);

        Assert.Equal([$"src/Pawl/packages.lock.json: Goodish 2.0.0 is not in {List}"], CheckPackages([file], ["Good", "Family.*"]));
    }

    [Fact]
    public void A_licence_with_strings_is_found() => Assert.Equal(
        [$"{List}: Bad has the licence GPL-3.0"],
        CheckLicences("# comment\nGood    public domain\nBad    GPL-3.0\n"));

    private static string Read() => File.ReadAllText(Repository.PathTo(List));

    private static IEnumerable<(string Name, string Licence)> Allowed(string list) =>
        from line in list.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries)
        where !line.StartsWith('#')
        let gap = line.IndexOf(' ', StringComparison.Ordinal)
        select (line[..gap], line[gap..].Trim());

    private static IEnumerable<string> CheckLicences(string list) =>
        Allowed(list).Where(line => !Licences.Contains(line.Licence)).Select(line => $"{List}: {line.Name} has the licence {line.Licence}");

    private static IEnumerable<string> CheckPackages(IEnumerable<SourceFile> locks, IEnumerable<string> allowed)
    {
        var known = allowed.ToList();
        foreach (var file in locks)
        {
            using var json = JsonDocument.Parse(file.Text);
            var targets = json.RootElement.GetProperty("dependencies").EnumerateObject();
            foreach (var package in targets.SelectMany(target => target.Value.EnumerateObject()))
            {
                if (package.Value.GetProperty("type").GetString() != "Project" && !known.Any(name => Matches(name, package.Name)))
                {
                    yield return $"{file.Path}: {package.Name} {package.Value.GetProperty("resolved").GetString()} is not in {List}";
                }
            }
        }
    }

    private static bool Matches(string pattern, string name) =>
        pattern.EndsWith('*')
            ? name.StartsWith(pattern[..^1], StringComparison.OrdinalIgnoreCase)
            : string.Equals(name, pattern, StringComparison.OrdinalIgnoreCase);
}
