namespace Pawl.Maintenance;

/// <summary>Asks every check of a job's type whether the job could work now.</summary>
internal sealed class RecoveryChecks(ChoreSettings settings, TimeProvider clock)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Asks all; the first no decides, and a check that throws or does not answer is a no with an error.</summary>
    public async Task<RecoveryVerdict> AskAsync(Job job, RecoveryPick pick, bool dryRun, CancellationToken cancellationToken)
    {
        var candidate = new RecoveryCandidate(job, pick.Rule!.Value, dryRun);
        var checks = settings.Types.GetValueOrDefault(job.Type)?.Checks ?? [];
        var confirmed = false;
        var reason = pick.Reason;
        var key = pick.Key;
        foreach (var check in checks)
        {
            RecoveryAnswer answer;
            try
            {
                answer = await AskAsync(check, candidate, cancellationToken);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                var why = error is TimeoutException or OperationCanceledException
                    ? $"had no answer within {Limit.TotalSeconds:0} s"
                    : $"threw {error.GetType().Name}: {error.Message}";
                return RecoveryVerdict.No($"the check {check.GetType().Name} {why}", "check_failed");
            }

            if (answer.Allowed == false)
            {
                return RecoveryVerdict.No(answer.Reason ?? "a check said no");
            }

            if (answer.Allowed == true)
            {
                confirmed = true;
                reason = answer.Reason ?? reason;
                key ??= answer.Key;
            }
        }

        return pick.NeedsYes && !confirmed
            ? RecoveryVerdict.No($"{pick.Reason}, and no check says that this was put right")
            : new RecoveryVerdict(true, reason, key);
    }

    private async Task<RecoveryAnswer> AskAsync(IRecoveryCheck check, RecoveryCandidate candidate, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(Limit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);

        // Not by the token alone: a check that does not look at it must not hold up the sweep.
        return await check.CheckAsync(candidate, both.Token).AsTask().WaitAsync(both.Token);
    }
}

/// <summary>What the checks of a type say together.</summary>
/// <param name="Allowed">Whether the job may be recovered.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Key">What was put right; a job is recovered once for each.</param>
/// <param name="ErrorCode">Set when a check failed instead of answering.</param>
internal readonly record struct RecoveryVerdict(bool Allowed, string Reason, string? Key = null, string? ErrorCode = null)
{
    public static RecoveryVerdict No(string reason, string? errorCode = null) => new(false, reason, null, errorCode);
}
