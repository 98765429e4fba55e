using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Pawl.Tidy.Layout;

/// <summary>What a shipped project may reference: the arrows between ours, and the packages each one brings.</summary>
public sealed class ProjectArrowsTests
{
    private static readonly Dictionary<string, (string[] Projects, string[] Packages)> Allowed = new()
    {
        ["Pawl"] = ([], ["Microsoft.Extensions.*.Abstractions", "Microsoft.Extensions.Options", "Microsoft.Extensions.Options.*"]),
        ["Pawl.Sqlite"] = (["Pawl"], ["Microsoft.Data.Sqlite", "SQLitePCLRaw.*"]),
        ["Pawl.Postgres"] = (["Pawl"], ["Npgsql"]),
        ["Pawl.Web"] = (["Pawl"], ["Microsoft.AspNetCore.App", "Microsoft.AspNetCore.OpenApi"]),
        ["Pawl.Cli"] = (
            ["Pawl", "Pawl.Web", "Pawl.Postgres", "Pawl.Sqlite"],
            ["Microsoft.AspNetCore.App", "System.CommandLine", "Spectre.Console", "OpenTelemetry.Exporter.OpenTelemetryProtocol"]),
        ["Pawl.Testing"] = (["Pawl", "Pawl.Sqlite"], ["Microsoft.Extensions.Hosting"]),
        ["Pawl.EntityFrameworkCore"] = (["Pawl"], ["Microsoft.EntityFrameworkCore*"]),
        ["Pawl.AI"] = (["Pawl"], ["Microsoft.Extensions.AI.Abstractions"]),
    };

    [Fact]
    public void A_project_references_only_what_its_wall_allows()
    {
        var projects = Checkout.Under("src/", ".csproj").ToList();

        Assert.NotEmpty(projects);
        Verdict.Clean(projects.SelectMany(Check));
    }

    [Theory]
    [InlineData("Pawl", "<ProjectReference Include=\"../Pawl.Sqlite/Pawl.Sqlite.csproj\" />")]
    [InlineData("Pawl", "<PackageReference Include=\"Npgsql\" />")]
    [InlineData("Pawl", "<PackageReference Include=\"Microsoft.Extensions.Hosting\" />")]
    [InlineData("Pawl", "<FrameworkReference Include=\"Microsoft.AspNetCore.App\" />")]
    [InlineData("Pawl.Web", "<ProjectReference Include=\"..\\Pawl.Sqlite\\Pawl.Sqlite.csproj\" />")]
    [InlineData("Pawl.Sqlite", "<ProjectReference Include=\"../Pawl.Postgres/Pawl.Postgres.csproj\" />")]
    [InlineData("Pawl.Extras", "<PackageReference Include=\"Npgsql\" />")]
    public void A_wrong_reference_is_found(string project, string reference) => Assert.NotEmpty(Check(Planted(project, reference)));

    [Theory]
    [InlineData("Pawl", "<PackageReference Include=\"Microsoft.Extensions.Logging.Abstractions\" />")]
    [InlineData("Pawl.Testing", "<ProjectReference Include=\"../Pawl.Sqlite/Pawl.Sqlite.csproj\" />")]
    public void A_right_reference_passes(string project, string reference) => Assert.Empty(Check(Planted(project, reference)));

    private static IEnumerable<string> Check(SourceFile file)
    {
        var project = Path.GetFileNameWithoutExtension(file.Name);
        if (!Allowed.TryGetValue(project, out var allowed))
        {
            yield return $"{file.Path}: a new project needs a dependency somebody must be able to refuse; if so, add it to the list here";
            yield break;
        }

        foreach (var item in XDocument.Parse(file.Text).Descendants())
        {
            var name = item.Attribute("Include")?.Value.Replace('\\', '/') ?? "";
            var (known, what) = item.Name.LocalName switch
            {
                "ProjectReference" => (allowed.Projects, Path.GetFileNameWithoutExtension(name)),
                "PackageReference" or "FrameworkReference" => (allowed.Packages, name),
                _ => ([], ""),
            };
            if (what.Length > 0 && !known.Any(pattern => Matches(pattern, what)))
            {
                yield return $"{file.Path}: {project} must not reference {what}";
            }
        }
    }

    private static bool Matches(string pattern, string name) =>
        Regex.IsMatch(name, $"^{Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal)}$");

    private static SourceFile Planted(string project, string reference) =>
        new($"src/{project}/{project}.csproj", $"<Project><ItemGroup>{reference}</ItemGroup></Project>");
}
