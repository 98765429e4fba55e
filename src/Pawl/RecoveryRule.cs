namespace Pawl;

/// <summary>Why a job may be recovered.</summary>
public enum RecoveryRule
{
    /// <summary>It failed in a way that may pass: network, timeout, provider, resources, internal.</summary>
    Retryable,

    /// <summary>It failed on input or configuration, and its type has another version or configuration since, or a check says it was
    /// put right.</summary>
    MappingFixed,

    /// <summary>Its account was missing, and a check says it is there.</summary>
    Account,

    /// <summary>Its credential was refused, and a check says it is good now.</summary>
    Token,

    /// <summary>It runs and stands still for longer than its type allows.</summary>
    Stuck,

    /// <summary>It is marked as running, but no worker has it. This should not happen.</summary>
    Orphan,
}
