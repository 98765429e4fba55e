namespace Pawl.Queries;

/// <summary>What a term asks about.</summary>
internal enum Field
{
    /// <summary>A bare word: part of type, unique key or last error message.</summary>
    Word,
    State,
    Is,
    Type,
    Queue,
    Id,
    Batch,
    Workflow,
    Schedule,
    Parent,
    Worker,
    Unique,
    By,

    /// <summary>Whether it bears a label, or one with a value.</summary>
    Tag,
    Stuck,
    Retryable,
    Wait,
    Block,
    End,
    Trigger,
    Category,
    Code,
    Fingerprint,
    Priority,
    Attempt,
    Older,
    Newer,
    Created,
    Started,
    Ended,
    RunAt,

    /// <summary>A value within the payload.</summary>
    Args,
}
