namespace Pawl.Storage;

/// <summary>Which failures to read, gathered by what is alike in them.</summary>
/// <param name="Since">From the hour of this time on.</param>
/// <param name="Fingerprint">Those of one group, or null for all.</param>
/// <param name="Limit">At most so many rows, those seen last; 1 to 1,000.</param>
public sealed record FailureQuery(DateTimeOffset Since, string? Fingerprint = null, int Limit = 500);
