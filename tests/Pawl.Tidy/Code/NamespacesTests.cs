using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Pawl.Tidy.Code;

/// <summary>Namespace = folder. The compiler's own rule for it says nothing of linked files and is switched off for entrances.</summary>
public sealed partial class NamespacesTests
{
    private const string TestKit = "tests/TestKit";

    /// <summary>A folder of partials: the suite is one class, a file for each verb, in the namespace of its project.</summary>
    private const string Spec = "tests/Pawl.Storage.Tests/Spec";

    /// <summary>Where an entrance may stand, so that its user writes no further using.</summary>
    private static readonly string[] EntranceNamespaces =
        [
            "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting", "Microsoft.AspNetCore.Builder",
            "Microsoft.EntityFrameworkCore", "Pawl",
        ];

    [Fact]
    public void A_namespace_is_the_path_of_its_folder() => Verdict.Clean(Check(Checkout.Files));

    [Theory]
    [InlineData("src/Pawl/Storage/Row.cs", "namespace Pawl;")]
    [InlineData("src/Pawl/Job.cs", "namespace Pawl.Jobs;")]
    [InlineData("src/Pawl/Storage/Deep/Row.cs", "namespace Pawl.Storage;")]
    [InlineData("src/Pawl/Hosting/AddPawl.cs", "namespace System;")]
    [InlineData("tests/TestKit/Approve.cs", "namespace Pawl.Tests;")]
    public void A_namespace_that_is_not_its_folder_is_found(string path, string text) => Assert.Single(Check(Planted(path, text)));

    [Theory]
    [InlineData("src/Pawl/Storage/Row.cs", "namespace Pawl.Storage;")]
    [InlineData("src/Pawl/Hosting/Pulse.cs", "namespace Pawl.Hosting;")]
    [InlineData("src/Pawl/Hosting/AddPawl.cs", "namespace Microsoft.Extensions.DependencyInjection;")]
    [InlineData("src/Pawl/Words.cs", "// namespace Other;\nnamespace Pawl;")]
    [InlineData("src/Pawl/Program.cs", "return 0;")]
    [InlineData("tests/TestKit/Approve.cs", "namespace TestKit;")]
    [InlineData("samples/cards/Read/Commit.cs", "namespace Cards.Read;")]
    [InlineData("tests/Pawl.Storage.Tests/Spec/Claim.cs", "namespace Pawl.Storage.Tests;")]
    public void A_namespace_that_is_its_folder_passes(string path, string text) => Assert.Empty(Check(Planted(path, text)));

    private static IEnumerable<string> Check(IReadOnlyCollection<SourceFile> files)
    {
        var homes = files
            .Where(file => file.Is(".csproj"))
            .Select(file => (file.Folder, Root: RootNamespace(file)))
            .Append((Folder: TestKit, Root: "TestKit"))
            .OrderByDescending(home => home.Folder.Length)
            .ToList();
        foreach (var file in files.Where(file => file.Is(".cs")))
        {
            var home = homes.Find(home => file.IsUnder($"{home.Folder}/"));
            if (home.Root is null || Namespace().Match(CSharpText.CodeOnly(file.Text)) is not { Success: true } found)
            {
                continue;
            }

            var below = file.Folder == Spec ? "" : file.Folder[home.Folder.Length..].Replace('/', '.');
            var (actual, expected) = (found.Groups[1].Value, home.Root + below);
            var entrance = below == ".Hosting" && EntranceNamespaces.Contains(actual);
            if (actual != expected && !entrance)
            {
                yield return $"{file.Path}: namespace {actual} should be {expected}";
            }
        }
    }

    private static string RootNamespace(SourceFile project) =>
        XDocument.Parse(project.Text).Descendants("RootNamespace").FirstOrDefault()?.Value
        ?? Path.GetFileNameWithoutExtension(project.Name);

    private static IReadOnlyCollection<SourceFile> Planted(string path, string text) =>
    [
        new("src/Pawl/Pawl.csproj", "<Project />"),
        new("tests/Pawl.Storage.Tests/Pawl.Storage.Tests.csproj", "<Project />"),
        new("samples/cards/Cards.csproj", "<Project><PropertyGroup><RootNamespace>Cards</RootNamespace></PropertyGroup></Project>"),
        new(path, text),
    ];

    [GeneratedRegex(@"^\s*namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
