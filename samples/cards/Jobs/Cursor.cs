namespace Cards.Jobs;

/// <summary>How far a run has come.</summary>
/// <param name="Next">The first commit that is not behind it.</param>
/// <param name="Skipped">How many steps had been passed over by then.</param>
internal sealed record Cursor(int Next, long Skipped);
