namespace Pawl;

/// <summary>One move a job may make: a row of the table in <see cref="Transitions"/>.</summary>
/// <param name="Number">The row's number in the model, from 1. Rows that an event splits share their number.</param>
/// <param name="Name">The event in the words of the model, such as <c>claim</c>.</param>
/// <param name="Happened">The event as the program knows it.</param>
/// <param name="Guard">What must hold for the move to be made; empty when nothing more than <paramref name="From"/> is asked.</param>
/// <param name="From">The states it may start in; empty for a creation.</param>
/// <param name="To">The state it leads to; null when the job is removed.</param>
/// <param name="Note">What is recorded beside the state, such as <c>generation + 1</c>; empty when nothing is.</param>
/// <param name="Who">Who may bring it about.</param>
public sealed record Move(
    int Number,
    string Name,
    JobEvent Happened,
    string Guard,
    IReadOnlyList<JobState> From,
    JobState? To,
    string Note,
    string Who);
