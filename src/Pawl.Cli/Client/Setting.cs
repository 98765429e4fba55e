namespace Pawl.Cli.Client;

/// <summary>A value and where it came from.</summary>
/// <param name="Value">As it was given.</param>
/// <param name="Origin">For people: <c>option --url</c>, <c>environment PAWL_URL</c>, <c>profile staging</c>, <c>default</c>.</param>
internal sealed record Setting(string Value, string Origin);
