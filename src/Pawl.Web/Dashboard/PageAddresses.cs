namespace Pawl.Web.Dashboard;

/// <summary>Which addresses are pages, so that others can be answered with 404. The same list as in <c>pages.js</c>.</summary>
internal static class PageAddresses
{
    /// <summary>Below the mount; a colon stands before a part that may be anything.</summary>
    public static readonly string[] All =
    [
        "", "jobs", "jobs/:id", "failures", "failures/:fingerprint", "queues", "queues/:name", "types", "types/:type",
        "schedules", "schedules/:name", "workflows", "workflows/:id", "batches", "batches/:id", "workers", "workers/:id",
        "recovery", "items", "items/:dataset", "settings", "api-docs",
    ];

    private static readonly string[][] Parts = [.. All.Select(static page => page.Split('/'))];

    /// <summary>Whether there is a page at a path below the mount.</summary>
    public static bool Has(string path)
    {
        var parts = path.TrimEnd('/').Split('/');
        return Parts.Any(page => page.Length == parts.Length
            && page.Zip(parts).All(static pair => pair.First.StartsWith(':') ? pair.Second.Length > 0 : pair.First == pair.Second));
    }
}
