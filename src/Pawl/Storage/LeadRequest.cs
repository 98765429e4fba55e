namespace Pawl.Storage;

/// <summary>A wish to be the only one in the installation that does something: the chores, if no other name is given.</summary>
/// <param name="WorkerId">Who asks.</param>
/// <param name="TakeFrom">Term and beat that were silent for the whole lease on the asker's own clock; null to keep or only read.</param>
/// <param name="Leave">Whether to give the leadership up.</param>
public sealed record LeadRequest(long WorkerId, (long Term, long Beat)? TakeFrom = null, bool Leave = false)
{
    /// <summary>The lead of the chores.</summary>
    public const string Chores = "chores";

    /// <summary>The lead of one recovery: its term is the number of the run, and it is left when the run has ended.</summary>
    public const string Recovery = "recovery";

    /// <summary>Which lead, by name. Each has a leader and terms of its own. Default <see cref="Chores"/>.</summary>
    public string Name { get; init; } = Chores;
}

/// <summary>Who leads.</summary>
/// <param name="Mine">Whether the asker does.</param>
/// <param name="Leader">Who does; null when nobody does.</param>
/// <param name="Term">Its term, given by the database; rises with each change.</param>
/// <param name="Beat">Rises each time the leader renews.</param>
/// <param name="Sign">The leader's last sign of life as a worker: the beat of its last heartbeat; 0 when nobody leads.</param>
public sealed record LeadReply(bool Mine, long? Leader, long Term, long Beat, long Sign);
