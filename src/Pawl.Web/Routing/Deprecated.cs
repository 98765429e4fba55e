using System.Globalization;

namespace Pawl.Web.Routing;

/// <summary>Says of a route that it is there for old clients only.</summary>
internal static class Deprecated
{
    // When these were called old: from the first version on.
    private const string Since = "@1767225600";

    /// <summary>Names the route to use instead, and when this one goes.</summary>
    public static void Say(Call call, string successor)
    {
        var headers = call.Http.Response.Headers;
        headers["Deprecation"] = Since;
        headers.Link = $"<{call.Address(successor)}>; rel=\"successor-version\"";
        if (call.Site.Options.Sunset is { } sunset)
        {
            headers["Sunset"] = sunset.UtcDateTime.ToString("R", CultureInfo.InvariantCulture);
        }
    }
}
