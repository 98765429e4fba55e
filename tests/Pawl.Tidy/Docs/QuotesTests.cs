using System.Text.RegularExpressions;

namespace Pawl.Tidy.Docs;

/// <summary>Code in the docs is quoted from samples, which are compiled and run.</summary>
/// <remarks>
/// A quote is a line <c>&lt;!-- quote samples/01-hello.cs#enqueue --&gt;</c> and the fenced block after it; the sample marks the region
/// with <c>// &lt;enqueue&gt;</c> and <c>// &lt;/enqueue&gt;</c>. Without <c>#…</c> the whole file is quoted.
/// </remarks>
public sealed partial class QuotesTests
{
    [Fact]
    public void Every_quote_says_what_its_sample_says() =>
        Verdict.Clean(Checkout.Under("", ".md").SelectMany(page => CheckQuotes(page, Checkout.Files)));

    [Fact]
    public void Code_in_the_docs_is_a_quote() =>
        Verdict.Clean(Checkout.Under("", ".md").Where(page => page.Path == "README.md" || page.IsUnder("docs/")).SelectMany(CheckCode));

    [Fact]
    public void A_quote_of_a_region_and_of_a_whole_file_pass() => Assert.Empty(CheckQuotes(
        new(
            "docs/a.md",
            """
            <!-- quote samples/a.cs#two -->
            ```csharp
            if (x)
            {
                two();
            }
            ```
            <!-- quote samples/run.sh -->
            ```sh
            dotnet run
            ```
            """),
        Samples));

    [Theory]
    [InlineData("<!-- quote samples/a.cs#two -->\n```csharp\ntwo();\n```", "docs/a.md:2: not what samples/a.cs#two says")]
    [InlineData("<!-- quote samples/a.cs#three -->\n```csharp\nthree();\n```", "docs/a.md:2: samples/a.cs has no region three")]
    [InlineData("<!-- quote samples/b.cs#two -->\n```csharp\ntwo();\n```", "docs/a.md:2: samples/b.cs is not there")]
    [InlineData("<!-- quote samples/a.cs#two -->\nNo block.", "docs/a.md: a quote of samples/a.cs#two has no block after it")]
    public void A_stale_quote_is_found(string text, string problem) =>
        Assert.StartsWith(problem, Assert.Single(CheckQuotes(new("docs/a.md", text), Samples)), StringComparison.Ordinal);

    [Fact]
    public void Code_that_nothing_compiles_is_found() => Assert.Equal(
        ["docs/a.md:1: C# that is quoted from no sample"],
        CheckCode(new("docs/a.md", "```csharp\nvar x = 1;\n```\n\n```text\nfree\n```\n")));

    private static readonly SourceFile[] Samples =
    [
        new(
            "samples/a.cs",
            """
            one();
                // <two>
                if (x)
                {
                    // <inner>
                    two();
                    // </inner>
                }
                // </two>
            """),
        new("samples/run.sh", "dotnet run\n"),
    ];

    private static IEnumerable<string> CheckQuotes(SourceFile page, IReadOnlyCollection<SourceFile> files)
    {
        var blocks = Markdown.Blocks(page).ToList();
        foreach (var (_, line) in Markdown.Prose(page))
        {
            if (Quote().Match(line) is { Success: true } loose && !blocks.Any(block => block.Before == line.Trim()))
            {
                yield return $"{page.Path}: a quote of {loose.Groups[1].Value}{loose.Groups[2].Value} has no block after it";
            }
        }

        foreach (var (before, _, text, number) in blocks)
        {
            if (Quote().Match(before) is not { Success: true } match)
            {
                continue;
            }

            var (path, region) = (match.Groups[1].Value, match.Groups[2].Value.TrimStart('#'));
            if (files.FirstOrDefault(file => file.Path == path) is not { } sample)
            {
                yield return $"{page.Path}:{number}: {path} is not there";
            }
            else if (Region(sample, region) is not { } quoted)
            {
                yield return $"{page.Path}:{number}: {path} has no region {region}";
            }
            else if (quoted != text.Trim('\n'))
            {
                yield return $"{page.Path}:{number}: not what {path}{match.Groups[2].Value} says:\n"
                    + Approve.Difference(text.Trim('\n'), quoted);
            }
        }
    }

    private static IEnumerable<string> CheckCode(SourceFile page) =>
        Markdown.Blocks(page)
            .Where(block => block.Language is "csharp" or "cs" or "c#" && !Quote().IsMatch(block.Before))
            .Select(block => $"{page.Path}:{block.Number}: C# that is quoted from no sample");

    /// <summary>A marked region without its marks and its common indent; the whole file for an empty name; null if there is none.</summary>
    private static string? Region(SourceFile sample, string region)
    {
        var lines = sample.Lines.Select(line => line.Text).ToList();
        if (region.Length > 0)
        {
            var from = lines.FindIndex(line => Mark().Match(line).Groups[1].Value == region);
            var to = lines.FindIndex(line => Mark().Match(line).Groups[1].Value == $"/{region}");
            if (from < 0 || to < from)
            {
                return null;
            }

            lines = lines.GetRange(from + 1, to - from - 1);
        }

        lines.RemoveAll(line => Mark().IsMatch(line));
        var indents = lines.Where(line => line.Trim().Length > 0).Select(line => line.Length - line.TrimStart().Length);
        var indent = indents.DefaultIfEmpty().Min();
        return string.Join('\n', lines.Select(line => line.Length >= indent ? line[indent..].TrimEnd() : "")).Trim('\n');
    }

    [GeneratedRegex(@"^\s*<!-- quote ([^#\s]+)(#[\w-]+)? -->\s*$")]
    private static partial Regex Quote();

    [GeneratedRegex(@"^\s*(?://|#|--)\s*<(/?[\w-]+)>\s*$")]
    private static partial Regex Mark();
}
