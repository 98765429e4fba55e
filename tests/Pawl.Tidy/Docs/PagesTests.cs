using System.Text.RegularExpressions;

namespace Pawl.Tidy.Docs;

/// <summary>One heading 1 on each page, and links that lead somewhere.</summary>
public sealed partial class PagesTests
{
    private static readonly IReadOnlyCollection<SourceFile> Pages = [.. Checkout.Under("", ".md")];

    [Fact]
    public void Every_page_has_one_heading_1() => Verdict.Clean(Pages.SelectMany(CheckHeading));

    [Fact]
    public void A_page_with_two_headings_1_or_none_is_found() => Assert.Equal(
        ["a.md has 2 headings 1", "b.md has 0 headings 1"],
        ((SourceFile[])
        [
            new("a.md", "# One\n\n# Two\n"),
            new("b.md", "## Only two\n```sh\n# a comment\n```\n"),
            new("c.md", "# One\n\n```sh\n# a comment\n```\n## Two\n"),
        ]).SelectMany(CheckHeading));

    [Fact]
    public void Every_link_between_our_files_leads_somewhere()
    {
        var folders = Checkout.Paths.Select(path => new SourceFile(path, "").Folder).ToHashSet();
        Verdict.Clean(Pages.SelectMany(page => CheckLinks(page, Pages, [.. Checkout.Paths, .. folders])));
    }

    [Fact]
    public void A_link_into_the_void_is_found()
    {
        SourceFile page = new(
            "docs/a.md",
            """
            # A & B
            [good](b.md) [good](../README.md#how-to-start) [good](#a--b) [good](https://example.org/x.md) ![good](pictures/x.png)
            [gone](c.md) [outside](../../x.md) [no such heading](b.md#three) [absolute](/docs/b.md)
            `[code](d.md)`
            ```text
            [code](e.md)
            ```
            [ref]: f.md
            """);
        SourceFile other = new("docs/b.md", "# B\n## Two\n");
        SourceFile readme = new("README.md", "# R\n## How to start\n");

        Assert.Equal(
            [
                "docs/a.md:3: c.md is not there",
                "docs/a.md:3: ../../x.md is not there",
                "docs/a.md:3: b.md#three: no such heading",
                "docs/a.md:3: /docs/b.md is not there",
                "docs/a.md:8: f.md is not there",
            ],
            CheckLinks(page, [page, other, readme], ["docs/a.md", "docs/b.md", "README.md", "docs/pictures/x.png"]));
    }

    private static IEnumerable<string> CheckHeading(SourceFile page)
    {
        var count = Markdown.Prose(page).Count(line => line.Text.StartsWith("# ", StringComparison.Ordinal));
        return count == 1 ? [] : [$"{page.Path} has {count} headings 1"];
    }

    private static IEnumerable<string> CheckLinks(
        SourceFile page, IReadOnlyCollection<SourceFile> pages, IReadOnlyCollection<string> paths)
    {
        foreach (var (number, line) in Markdown.Prose(page))
        {
            foreach (Match match in Link().Matches(InlineCode().Replace(line, "")))
            {
                var link = match.Groups["target"].Value;
                if (Scheme().IsMatch(link))
                {
                    continue;
                }

                var (path, anchor) = link.Split('#') is [var head, .. var rest] ? (head, string.Concat(rest)) : (link, "");
                var target = path.Length == 0 ? page.Path : Resolve(page.Folder, Uri.UnescapeDataString(path));
                if (target is null || !paths.Contains(target))
                {
                    yield return $"{page.Path}:{number}: {link} is not there";
                }
                else if (anchor.Length > 0
                    && pages.FirstOrDefault(other => other.Path == target) is { } linked
                    && !Anchors(linked).Contains(anchor))
                {
                    yield return $"{page.Path}:{number}: {link}: no such heading";
                }
            }
        }
    }

    private static IEnumerable<string> Anchors(SourceFile page) =>
        from line in Markdown.Prose(page)
        let heading = Heading().Match(line.Text)
        where heading.Success
        select Markdown.Anchor(heading.Groups[1].Value);

    private static string? Resolve(string folder, string path)
    {
        var parts = folder.Split('/', StringSplitOptions.RemoveEmptyEntries).ToList();
        foreach (var part in path.TrimEnd('/').Split('/'))
        {
            switch (part)
            {
                case "" or ".." when part.Length == 0 || parts.Count == 0:
                    return null;
                case "..":
                    parts.RemoveAt(parts.Count - 1);
                    break;
                case ".":
                    break;
                default:
                    parts.Add(part);
                    break;
            }
        }

        return string.Join('/', parts);
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)(?:\s+""[^""]*"")?\)|^\s*\[[^\]]+\]:\s+(?<target>\S+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`[^`]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"^[a-z][a-z0-9+.-]*:", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"^#{1,6}\s+(.*?)\s*#*$")]
    private static partial Regex Heading();
}
