using Microsoft.Extensions.DependencyInjection;

namespace Pawl.Maintenance;

/// <summary>Asks every check of a job's type whether the job could work now. For one cycle: its checks share a scope.</summary>
internal sealed class RecoveryChecks(ChoreSettings settings, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private AsyncServiceScope? _scope;

    /// <summary>Asks all; the first no decides, and a check that throws or does not answer is a no with an error.</summary>
    public async Task<RecoveryVerdict> AskAsync(Job job, RecoveryPick pick, bool dryRun, CancellationToken cancellationToken)
    {
        var candidate = new RecoveryCandidate(job, pick.Rule!.Value, dryRun);
        var confirmed = false;
        var reason = pick.Reason;
        var key = pick.Key;
        foreach (var (name, make) in ChecksOf(job.Type))
        {
            RecoveryAnswer answer;
            try
            {
                answer = await AskAsync(make(), candidate, cancellationToken);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                var why = error is TimeoutException or OperationCanceledException
                    ? $"had no answer within {Limit.TotalSeconds:0} s"
                    : $"threw {error.GetType().Name}: {error.Message}";
                return RecoveryVerdict.No($"the check {name} {why}", "check_failed");
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

    public async ValueTask DisposeAsync()
    {
        if (_scope is { } scope)
        {
            await scope.DisposeAsync();
        }
    }

    /// <summary>Made when its turn comes: one that cannot be made is a no of its own and ends no cycle.</summary>
    private IEnumerable<(string Name, Func<IRecoveryCheck> Make)> ChecksOf(string type)
    {
        if (!settings.Types.TryGetValue(type, out var known))
        {
            return [];
        }

        return
        [
            .. known.Checks.Select(check => (check.GetType().Name, (Func<IRecoveryCheck>)(() => check))),
            .. known.CheckTypes.Select(service => (service.Name, (Func<IRecoveryCheck>)(() => FromScope(service)))),
        ];
    }

    private IRecoveryCheck FromScope(Type service)
    {
        _scope ??= settings.Scopes?.CreateAsyncScope();
        return (IRecoveryCheck)(_scope?.ServiceProvider.GetRequiredService(service)
            ?? throw new InvalidOperationException("There are no services here."));
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
