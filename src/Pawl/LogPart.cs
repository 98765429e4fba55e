namespace Pawl;

/// <summary>A part of the log of an attempt.</summary>
/// <param name="Attempt">Whose.</param>
/// <param name="Text">UTF-8 NDJSON, whole lines: <c>{"level","message","at","fields"}</c>.</param>
/// <param name="NextOffset">Where to go on.</param>
/// <param name="Ended">Whether the attempt has ended and nothing more will come.</param>
public sealed record LogPart(int Attempt, ReadOnlyMemory<byte> Text, long NextOffset, bool Ended);
