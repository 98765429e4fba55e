namespace Pawl;

/// <summary>Why a job is <see cref="JobState.Cancelled"/>.</summary>
public enum EndReason
{
    /// <summary>A person cancelled it.</summary>
    User,

    /// <summary>It had not started by its <c>start_by</c>.</summary>
    Expired,

    /// <summary>A job it waited for did not succeed.</summary>
    DependencyFailed,

    /// <summary>Its parent was cancelled.</summary>
    Parent,

    /// <summary>A newer run of its schedule took its place.</summary>
    Superseded,
}
