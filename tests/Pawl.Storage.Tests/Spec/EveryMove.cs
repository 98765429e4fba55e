namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    public static IEnumerable<TheoryDataRow<JobState, JobEvent>> EveryPair =>
        from state in Enum.GetValues<JobState>()
        from happened in Enum.GetValues<JobEvent>()
        select new TheoryDataRow<JobState, JobEvent>(state, happened);

    /// <summary>Brings a job into a state by verbs, then applies the verb that carries the event: the store goes where the one table of
    /// moves says, or refuses with its code and leaves every field as it was.</summary>
    [Theory]
    [MemberData(nameof(EveryPair))]
    public async Task Every_event_in_every_state_leads_where_the_table_says(JobState from, JobEvent happened)
    {
        var stage = await StageAsync(from, happened);
        var before = await JobAsync(stage.Id);
        Assert.Equal(from, before.State);
        var photo = await PhotoAsync(stage.Id);

        var answer = await CarryAsync(stage, happened);

        if (happened == JobEvent.Purged && Transitions.MayPurge(from))
        {
            Assert.Null(answer);
            Assert.Empty(await Store.GetAsync([stage.Id], Ct));
            return;
        }

        if (Expected(from, happened) is not { } next)
        {
            Assert.Equal(RefusalOf(from, happened), answer);
            Assert.Equal(photo, await PhotoAsync(stage.Id));
            return;
        }

        var after = await JobAsync(stage.Id);
        Assert.Null(answer);
        Assert.Equal(next, after.State);
        Assert.True(after.RowVersion > before.RowVersion);
        var moved = (await EventsAsync(stage.Id))[^1];
        if (next != from)
        {
            Assert.Equal((from, next), (moved.From, moved.To));
        }
        else
        {
            Assert.True(moved.From is null || moved.From == moved.To);
        }

        AssertReasons(after, happened);
    }

    /// <summary>Where the table leads. One verb cancels what waits and asks what runs, so that it carries whichever event is a
    /// move.</summary>
    private static JobState? Expected(JobState from, JobEvent happened) => happened is JobEvent.Cancelled or JobEvent.CancelRequested
        ? Transitions.Next(from, JobEvent.Cancelled) ?? Transitions.Next(from, JobEvent.CancelRequested)
        : Transitions.Next(from, happened);

    private static string? RefusalOf(JobState from, JobEvent happened) => happened switch
    {
        JobEvent.Postponed or JobEvent.Hastened => "not_editable",
        JobEvent.Unblocked or JobEvent.UnblockedLater => "not_awaiting_approval",
        JobEvent.Cancelled or JobEvent.CancelRequested => from == JobState.Cancelled ? null : "already_final",
        JobEvent.Retried or JobEvent.Recovered when from == JobState.Succeeded => "already_succeeded",
        JobEvent.Recovered when from == JobState.Cancelled => "not_recoverable",
        JobEvent.Retried or JobEvent.Recovered => "not_final",
        JobEvent.Dismissed or JobEvent.Undismissed => "not_dismissable",
        JobEvent.Purged => "not_final",
        JobEvent.Completed or JobEvent.RetryLater or JobEvent.FailedForGood => "lease_lost",
        JobEvent.Snoozed or JobEvent.Released or JobEvent.Stopped => "lease_lost",
        _ => null,
    };

    private static void AssertReasons(Job job, JobEvent happened)
    {
        Assert.Equal(job.State == JobState.Scheduled, job.WaitReason is not null);
        Assert.Equal(job.State == JobState.Blocked, job.BlockReason is not null);
        Assert.Equal(job.State == JobState.Cancelled, job.EndReason is not null);
        Assert.Equal(Transitions.IsTerminal(job.State), job.EndedAt is not null);
        Assert.Equal(job.State == JobState.Running, job.WorkerId is not null);
        Assert.Equal(
            happened switch
            {
                JobEvent.Expired => EndReason.Expired,
                JobEvent.DependencyCancelled => EndReason.DependencyFailed,
                JobEvent.Cancelled or JobEvent.CancelRequested or JobEvent.Stopped when job.State == JobState.Cancelled => EndReason.User,
                _ => null,
            },
            job.EndReason);
    }

    /// <summary>A job in a state, prepared for an event, with the lease of its last attempt if it had one.</summary>
    private async Task<Stage> StageAsync(JobState state, JobEvent happened)
    {
        var job = happened switch
        {
            JobEvent.CreatedQueued or JobEvent.CreatedScheduled or JobEvent.CreatedBlocked => Keyed(),
            JobEvent.Expired => Plain with { StartBy = Now.AddHours(1) },
            _ => Plain,
        };
        Claimed? upstream = null;
        if (happened is JobEvent.DependencyCancelled or JobEvent.DependencyFailed)
        {
            upstream = await RunningAsync(Plain with { Type = "upstream" });
            var onFailed = happened == JobEvent.DependencyFailed ? DependencyOnFailed.Fail : DependencyOnFailed.Cancel;
            var when = state == JobState.Blocked ? DependencyWhen.Succeeded : DependencyWhen.Terminal;
            job = job with { DependsOn = [new Dependency(upstream.Lease.Job, when, onFailed)] };
        }
        else if (state == JobState.Blocked)
        {
            job = job with { RequiresApproval = true, RunAt = happened == JobEvent.UnblockedLater ? Now.AddDays(1) : null };
        }

        var id = await EnqueueAsync(job);
        if (happened == JobEvent.Deferred && state != JobState.Blocked)
        {
            await EndAsync(Again(await ClaimOneAsync(), TimeSpan.Zero));
            _ = state == JobState.Scheduled ? null : await PromoteAsync();
        }

        if (upstream is not null && state != JobState.Blocked)
        {
            // It waited for any end, and that has come. The other job gets another life below, and ends badly once more.
            await EndAsync(Failure(upstream));
            Assert.Null((await RetryAsync(upstream.Lease.Job)).Refusal);
            upstream = await ClaimOneAsync(type: "upstream");
        }

        var stage = new Stage(id, await WorkerAsync(), null, upstream);
        switch (state)
        {
            case JobState.Scheduled when happened == JobEvent.Deferred:
                break;
            case JobState.Scheduled:
                // For expiry its time lies behind its start limit, for the others before the clock that moves on.
                var runAt = happened == JobEvent.Expired ? Now.AddDays(2) : Now.AddMinutes(30);
                Assert.Null((await EditAsync(Edit(id) with { RunAt = runAt })).Refusal);
                break;
            case JobState.Blocked or JobState.Queued:
                break;
            default:
                stage = stage with { Lease = await ClaimOneAsync(stage.Worker) };
                if (happened == JobEvent.Stopped || state == JobState.Cancelled)
                {
                    await CancelAsync(id);
                }

                if (state != JobState.Running)
                {
                    await EndAsync(state switch
                    {
                        JobState.Succeeded => Success(stage.Lease),
                        JobState.Failed => Failure(stage.Lease),
                        _ => Stopped(stage.Lease),
                    });
                }

                break;
        }

        if (happened == JobEvent.Undismissed && state == JobState.Failed)
        {
            await DismissAsync(id);
        }

        if (happened is JobEvent.Expired or JobEvent.Due)
        {
            await TermAsync();
            Pass(TimeSpan.FromHours(2));
        }

        return stage;
    }

    /// <summary>Applies the verb that carries the event; null when it was not refused.</summary>
    private async Task<string?> CarryAsync(Stage stage, JobEvent happened)
    {
        switch (happened)
        {
            case JobEvent.CreatedQueued or JobEvent.CreatedScheduled or JobEvent.CreatedBlocked:
                DateTimeOffset? runAt = happened == JobEvent.CreatedScheduled ? Now.AddHours(1) : null;
                var again = Keyed() with { RunAt = runAt, RequiresApproval = happened == JobEvent.CreatedBlocked };
                await Store.EnqueueAsync(new EnqueueRequest([again], Now), Ct);
                return null;
            case JobEvent.Due or JobEvent.Expired:
                await PromoteAsync();
                return null;
            case JobEvent.Deferred:
                await EnqueueAsync();
                await PromoteAsync();
                await ClaimAsync(stage.Worker);
                return null;
            case JobEvent.Postponed:
                return (await EditAsync(Edit(stage.Id) with { RunAt = Now.AddHours(9) })).Refusal;
            case JobEvent.Hastened:
                return (await EditAsync(Edit(stage.Id) with { RunAt = Now.AddHours(-9) })).Refusal;
            case JobEvent.Unblocked or JobEvent.UnblockedLater:
                return (await ApproveAsync(stage.Id)).Refusal;
            case JobEvent.DependencyCancelled or JobEvent.DependencyFailed:
                await EndAsync(Failure(stage.Upstream!));
                return null;
            case JobEvent.Claimed:
                await ClaimAsync(stage.Worker);
                return null;
            case JobEvent.Lost or JobEvent.CrashLooped:
                await LoseAsync(stage.Worker, cap: happened == JobEvent.Lost ? 3 : 1);
                return null;
            case JobEvent.Cancelled or JobEvent.CancelRequested:
                return (await CancelAsync(stage.Id)).Refusal;
            case JobEvent.Retried:
                return (await RetryAsync(stage.Id)).Refusal;
            case JobEvent.Recovered:
                return (await RetryAsync(stage.Id, recovery: Sweep)).Refusal;
            case JobEvent.Dismissed or JobEvent.Undismissed:
                return (await DismissAsync(stage.Id, happened == JobEvent.Dismissed)).Refusal;
            case JobEvent.Purged:
                return (await PurgeAsync(stage.Id)).Refusal;
            default:
                return await ReportAsync(stage, happened);
        }
    }

    /// <summary>Ends an attempt: the running one, or one that shows what its job never gave out.</summary>
    private async Task<string?> ReportAsync(Stage stage, JobEvent happened)
    {
        var state = await JobAsync(stage.Id);
        var lease = stage.Lease ?? new Claimed
        {
            Lease = new Lease(stage.Id, 1, NextToken()),
            Type = "",
            Queue = "",
            Payload = default,
            Priority = 0,
            Generation = 1,
            MaxAttempts = 3,
            RunAt = Now,
            StartedAt = Now,
            Timeout = TimeSpan.Zero,
            Grace = TimeSpan.Zero,
        };
        if (state.State != JobState.Running)
        {
            // What it said at its end it may say again; that is for Fence. Here it shows a secret it never had.
            lease = lease with { Lease = lease.Lease with { Token = NextToken() } };
        }

        var reply = await SettleAsync(happened switch
        {
            JobEvent.Completed => Success(lease),
            JobEvent.RetryLater => Again(lease),
            JobEvent.FailedForGood => Failure(lease),
            JobEvent.Snoozed => Snooze(lease),
            JobEvent.Released => Release(lease),
            _ => Stopped(lease),
        });
        if (reply.What == Settled.Done)
        {
            return null;
        }

        Assert.Equal((state.State, state.Attempt), (reply.State, reply.Attempt));
        return Words.Of(reply.What);
    }

    private sealed record Stage(JobId Id, long Worker, Claimed? Lease, Claimed? Upstream);
}
