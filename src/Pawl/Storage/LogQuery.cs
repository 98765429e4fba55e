namespace Pawl.Storage;

/// <summary>Which part of a log to read.</summary>
/// <param name="Job">The job.</param>
/// <param name="Attempt">The attempt; null for the latest.</param>
/// <param name="Offset">From this byte on.</param>
/// <param name="Limit">At most about so many bytes, whole lines.</param>
public sealed record LogQuery(JobId Job, int? Attempt = null, long Offset = 0, int Limit = 65536);

/// <summary>A part of a log.</summary>
/// <param name="Attempt">Whose.</param>
/// <param name="Text">UTF-8 NDJSON, whole lines.</param>
/// <param name="NextOffset">Where to go on.</param>
/// <param name="Ended">Whether the attempt has ended and nothing more will come.</param>
public sealed record LogPage(int Attempt, ReadOnlyMemory<byte> Text, long NextOffset, bool Ended);
