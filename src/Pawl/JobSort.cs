namespace Pawl;

/// <summary>What a list of jobs is in the order of. Jobs that are equal in it stand in the order of their numbers.</summary>
public enum JobSort
{
    /// <summary>By number: the order of creation.</summary>
    Id,

    /// <summary>By priority.</summary>
    Priority,

    /// <summary>By the time each was or is due.</summary>
    RunAt,

    /// <summary>By creation. Numbers are given at creation, so this walks by number; a page is in the order of the times.</summary>
    CreatedAt,

    /// <summary>By the time each ended; those that have not ended come last.</summary>
    EndedAt,
}
