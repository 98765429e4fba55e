namespace Pawl.Storage;

/// <summary>Which audit entries to read, in order.</summary>
/// <param name="After">Those after this number.</param>
/// <param name="Actor">Those of one, or null for all.</param>
/// <param name="Limit">At most so many; 1 to 1,000.</param>
/// <param name="NewestFirst">The last ones first; <paramref name="After"/> is then the number they must come before, 0 for the end.</param>
public sealed record AuditQuery(long After = 0, string? Actor = null, int Limit = 50, bool NewestFirst = false);
