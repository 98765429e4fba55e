namespace Pawl.Web.Routing;

/// <summary>All routes, and which verbs a path has.</summary>
internal sealed class RouteTable
{
    private readonly (Route Route, string[] Parts)[] _routes;

    public RouteTable(IEnumerable<Route> routes)
    {
        All = [.. routes];
        _routes = [.. All.Select(route => (route, route.Template.Split('/', StringSplitOptions.RemoveEmptyEntries)))];
        var twice = All.GroupBy(route => $"{route.Verb} {route.Template}").FirstOrDefault(same => same.Count() > 1);
        if (twice is not null)
        {
            throw new InvalidOperationException($"The route {twice.Key} is in the table twice.");
        }
    }

    /// <summary>Every route.</summary>
    public IReadOnlyList<Route> All { get; }

    /// <summary>The verbs of a path below the mount, HEAD with GET; empty when there is no such path.</summary>
    public IReadOnlyList<string> VerbsOf(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var verbs = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (route, template) in _routes)
        {
            if (Matches(template, parts))
            {
                verbs.Add(route.Verb);
                if (route.Verb == "GET")
                {
                    verbs.Add("HEAD");
                }
            }
        }

        return [.. verbs];
    }

    private static bool Matches(string[] template, string[] parts)
    {
        if (template.Length != parts.Length)
        {
            return false;
        }

        for (var i = 0; i < parts.Length; i++)
        {
            if (template[i][0] != '{' && !template[i].Equals(parts[i], StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }
}
