namespace Pawl;

/// <summary>What a key may do over HTTP. Each holds the ones before it, but <see cref="Worker"/>, which stands apart.</summary>
public enum ApiRole
{
    /// <summary>May look.</summary>
    Viewer,

    /// <summary>May create jobs too.</summary>
    Submitter,

    /// <summary>May also act on what others created: cancel, retry, pause, drain.</summary>
    Operator,

    /// <summary>May do all: limits, schedules, keys, the audit.</summary>
    Admin,

    /// <summary>May run jobs, and nothing else.</summary>
    Worker,
}
