namespace Cards.Decks;

/// <summary>A note as an earlier run wrote it.</summary>
/// <param name="ModifiedAt">Unix seconds.</param>
internal sealed record WrittenNote(long Id, long ModifiedAt, string Fields, string Tags);
