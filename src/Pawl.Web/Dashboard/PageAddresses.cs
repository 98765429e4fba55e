using System.Text.RegularExpressions;

namespace Pawl.Web.Dashboard;

/// <summary>Which addresses are pages, so that others are answered with 404: those in the list of pages that the browser has.</summary>
internal sealed partial class PageAddresses
{
    private readonly string[][] _pages;

    /// <param name="list">The module with the list, in which each page says <c>at: 'jobs/:id'</c>; a colon stands before a part that may
    /// be anything.</param>
    public PageAddresses(string list) =>
        _pages = [.. At().Matches(list).Select(static match => match.Groups[1].Value.Split('/'))];

    /// <summary>Whether there is a page at a path below the mount.</summary>
    public bool Has(string path)
    {
        var parts = path.TrimEnd('/').Split('/');
        return _pages.Any(page => page.Length == parts.Length
            && page.Zip(parts).All(static pair => pair.First.StartsWith(':') ? pair.Second.Length > 0 : pair.First == pair.Second));
    }

    [GeneratedRegex(@"\bat: '([^']*)'", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex At();
}
