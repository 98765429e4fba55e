namespace Pawl;

/// <summary>What an <see cref="IRecoveryCheck"/> says of one job.</summary>
public sealed record RecoveryAnswer
{
    private RecoveryAnswer(bool? allowed, string? reason, string? key)
    {
        Allowed = allowed;
        Reason = reason;
        Key = key;
    }

    /// <summary>The check has nothing to say about this job.</summary>
    public static RecoveryAnswer Abstain { get; } = new(null, null, null);

    /// <summary>True for yes, false for no, null for nothing to say.</summary>
    public bool? Allowed { get; }

    /// <summary>Why, in words; for a no it is shown as the reason of the skip.</summary>
    public string? Reason { get; }

    /// <summary>What was put right, such as a credential's number or a version. A job is recovered once for each.</summary>
    public string? Key { get; }

    /// <summary>The job can work now.</summary>
    /// <param name="reason">Why, in words, such as <c>token refreshed</c>.</param>
    /// <param name="key">What was put right; never a secret itself. At most 100 characters; more is cut.</param>
    public static RecoveryAnswer Yes(string? reason = null, string? key = null) =>
        new(true, reason, key is { Length: > 100 } ? key[..100] : key);

    /// <summary>The job cannot work yet.</summary>
    /// <param name="reason">Why, in words, such as <c>account disabled</c>.</param>
    public static RecoveryAnswer No(string reason) => new(false, reason, null);
}
