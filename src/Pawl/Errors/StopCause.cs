namespace Pawl.Errors;

/// <summary>Who set the token of an attempt, if anybody did.</summary>
internal enum StopCause
{
    /// <summary>Nobody: a cancellation that arrives came from elsewhere.</summary>
    None,

    /// <summary>A person, the parent, or a newer run of the schedule.</summary>
    User,

    /// <summary>The host stops.</summary>
    Host,

    /// <summary>The attempt ran past its time limit.</summary>
    Timeout,
}
