namespace Pawl;

/// <summary>What kind of error ended an attempt. The list is closed; the error's <c>code</c> is open.</summary>
public enum ErrorCategory
{
    /// <summary>DNS, connect, reset, early end. Retried.</summary>
    Network,

    /// <summary>An attempt, an HTTP call or a command ran out of time. Retried.</summary>
    Timeout,

    /// <summary>The other side asked to slow down. Snoozed.</summary>
    RateLimited,

    /// <summary>Money or a daily quota is gone. Snoozed.</summary>
    QuotaExhausted,

    /// <summary>The other side failed: 5xx, overloaded, a bad reply. Retried.</summary>
    ProviderError,

    /// <summary>The database asks to try again. Snoozed 1-5 s.</summary>
    DatabaseTransient,

    /// <summary>A key is held by somebody else. Snoozed 5-10 s.</summary>
    LockContention,

    /// <summary>The circuit of a dependency is open. Snoozed until its probe.</summary>
    CircuitOpen,

    /// <summary>A table is not there yet. Snoozed 5 s rising to 60 s.</summary>
    SchemaMissing,

    /// <summary>A credential was refused. Retried once, then failed.</summary>
    Auth,

    /// <summary>Memory or disk ran out. Retried, not before 5 minutes.</summary>
    ResourceExhausted,

    /// <summary>An exception nobody knows. Retried.</summary>
    Internal,

    /// <summary>Not allowed. Fails.</summary>
    Permission,

    /// <summary>Set up wrongly. Fails.</summary>
    Configuration,

    /// <summary>The thing named is not there. Fails unless the type says otherwise.</summary>
    NotFound,

    /// <summary>The input can never work. Fails.</summary>
    InvalidInput,

    /// <summary>The input is too large. Fails.</summary>
    TooLarge,

    /// <summary>The operation does not exist. Fails.</summary>
    Unsupported,

    /// <summary>The content was refused by a policy. Fails.</summary>
    ContentPolicy,

    /// <summary>The thing was changed by somebody else. Fails unless the type says otherwise.</summary>
    Conflict,

    /// <summary>A plan does not pass its checks. Fails.</summary>
    PlanInvalid,

    /// <summary>A job it waited for did not succeed.</summary>
    DependencyFailed,

    /// <summary>A person or the parent cancelled it.</summary>
    Cancelled,

    /// <summary>The host stopped. Released.</summary>
    Interrupted,

    /// <summary>The worker fell silent. Offered again, at most three times.</summary>
    Lost,
}
