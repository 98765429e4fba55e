namespace Pawl.Storage;

/// <summary>Which bulk operations to read.</summary>
/// <param name="Before">Only those with a lower number; null for the newest.</param>
/// <param name="Limit">At most so many; 1 to 500.</param>
/// <param name="Running">Only those that are not at their end, oldest first.</param>
public sealed record BulkQuery(long? Before = null, int Limit = 50, bool Running = false);
