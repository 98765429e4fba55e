namespace Pawl.Tests.Errors;

/// <summary>The headers of a reply: <c>"retry-after: 120", "date: …"</c>.</summary>
internal static class Headers
{
    public static Func<string, string?> Of(params string[] lines)
    {
        var parsed = lines.Select(line => line.Split(':', 2));
        var all = parsed.ToDictionary(parts => parts[0], parts => parts[1].Trim(), StringComparer.Ordinal);
        return name => all.GetValueOrDefault(name);
    }
}
