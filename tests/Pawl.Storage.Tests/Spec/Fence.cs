namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    /// <summary>Ways to hold a lease that is no longer, or never was, the one of the job.</summary>
    public enum Stale
    {
        /// <summary>It was lost, and another attempt runs.</summary>
        OlderAttempt,

        /// <summary>It was lost, and the job waits for another attempt.</summary>
        LostAndQueued,

        /// <summary>It was lost, and another attempt has ended the job.</summary>
        EndedByAnother,

        /// <summary>It has ended the job itself.</summary>
        EndedByItself,

        /// <summary>Its job was retried by hand and runs in another generation.</summary>
        OlderGeneration,

        /// <summary>The attempt is right and the token is not.</summary>
        WrongToken,

        /// <summary>The token is right and the attempt is not.</summary>
        WrongAttempt,

        /// <summary>Attempt and token are those of another job.</summary>
        OtherJob,
    }

    /// <summary>Everything a running attempt may write.</summary>
    public enum Write
    {
        /// <summary>How far it has come.</summary>
        Progress,

        /// <summary>State for the next attempt.</summary>
        Checkpoint,

        /// <summary>Results of items.</summary>
        Items,

        /// <summary>Log lines.</summary>
        Log,

        /// <summary>A blob.</summary>
        Artifact,

        /// <summary>Another job.</summary>
        Child,

        /// <summary>A line for people.</summary>
        Notice,

        /// <summary>Its success.</summary>
        Complete,

        /// <summary>Its failure, to be tried again.</summary>
        FailAndRetry,

        /// <summary>Its failure for good.</summary>
        FailForGood,

        /// <summary>Its wish to go on later.</summary>
        Snooze,

        /// <summary>Its return in good order.</summary>
        Release,

        /// <summary>Its stop on request.</summary>
        Stop,
    }

    public static IEnumerable<TheoryDataRow<Stale, Write>> EveryStaleWrite =>
        from stale in Enum.GetValues<Stale>()
        from write in Enum.GetValues<Write>()
        select new TheoryDataRow<Stale, Write>(stale, write);

    [Theory]
    [MemberData(nameof(EveryStaleWrite))]
    public async Task A_write_from_a_lost_lease_changes_nothing(Stale stale, Write write)
    {
        var lease = await StaleLeaseAsync(stale, write);
        var id = lease.Lease.Job;
        var job = await JobAsync(id);
        var before = await WorldAsync(id);
        var marks = (await KindsAsync(id)).Count(kind => kind == EventKind.StaleWrite);

        var (what, state, attempt) = await WriteAsync(lease, write);

        Assert.Equal((Settled.LeaseLost, job.State, job.Attempt), (what, state, attempt));
        Assert.Equal(before, await WorldAsync(id));
        Assert.Equal(marks + 1, (await KindsAsync(id)).Count(kind => kind == EventKind.StaleWrite));
    }

    [Theory]
    [InlineData(Write.Progress)]
    [InlineData(Write.Child)]
    [InlineData(Write.Complete)]
    [InlineData(Write.Release)]
    public async Task A_write_for_a_purged_job_finds_nothing(Write write)
    {
        var lease = await StaleLeaseAsync(Stale.EndedByItself, write);
        await PurgeAsync(lease.Lease.Job);
        var jobs = Show((await Store.ListAsync(new JobQuery { Limit = 1000 }, Ct)).Jobs);

        var (what, state, _) = await WriteAsync(lease, write);

        Assert.Equal((Settled.Gone, null), (what, state));
        Assert.Equal(jobs, Show((await Store.ListAsync(new JobQuery { Limit = 1000 }, Ct)).Jobs));
    }

    [Theory]
    [InlineData(Write.Complete)]
    [InlineData(Write.FailAndRetry)]
    [InlineData(Write.FailForGood)]
    [InlineData(Write.Snooze)]
    [InlineData(Write.Release)]
    [InlineData(Write.Stop)]
    public async Task The_same_end_told_twice_is_answered_twice_and_stored_once(Write write)
    {
        var running = await RunningAsync();
        if (write == Write.Stop)
        {
            await CancelAsync(running.Lease.Job);
        }

        var first = await WriteAsync(running, write);
        var before = await PhotoAsync(running.Lease.Job);
        Pass(TimeSpan.FromSeconds(1));

        var second = await WriteAsync(running, write);

        Assert.Equal((Settled.Done, Settled.Repeated), (first.What, second.What));
        Assert.Equal(first.State, second.State);
        Assert.Equal(before, await PhotoAsync(running.Lease.Job));
        Assert.DoesNotContain(EventKind.StaleWrite, await KindsAsync(running.Lease.Job));
    }

    [Fact]
    public async Task The_same_end_is_known_although_another_attempt_runs()
    {
        var first = await RunningAsync();
        await EndAsync(Release(first));
        var second = await ClaimOneAsync();
        var before = await PhotoAsync(second.Lease.Job);

        Assert.Equal(Settled.Repeated, (await SettleAsync(Release(first))).What);
        Assert.Equal(before, await PhotoAsync(second.Lease.Job));
    }

    [Fact]
    public async Task Another_report_after_an_end_is_refused()
    {
        var running = await RunningAsync();
        await EndAsync(Success(running));

        Assert.Equal(new SettleReply(Settled.LeaseLost, JobState.Succeeded, 1), await SettleAsync(Failure(running)));
        Assert.Equal(Settled.Repeated, (await SettleAsync(Success(running))).What);
    }

    [Fact]
    public async Task A_success_with_another_result_is_another_report()
    {
        var running = await RunningAsync();
        var end = Success(running) with { Result = Json("""{"n":1}"""), Degraded = "no pictures" };
        await EndAsync(end);

        Assert.Equal(Settled.Repeated, (await SettleAsync(end with { Run = TimeSpan.FromSeconds(9) })).What);
        Assert.Equal(Settled.LeaseLost, (await SettleAsync(end with { Result = Json("""{"n":2}""") })).What);
        Assert.Equal(Settled.LeaseLost, (await SettleAsync(end with { Result = null })).What);
        Assert.Equal(Settled.LeaseLost, (await SettleAsync(end with { Degraded = null })).What);
        Assert.Equal("""{"n":1}""", Text((await JobAsync(running.Lease.Job)).Result!.Value));
    }

    [Fact]
    public async Task A_success_without_a_result_that_is_told_again_with_one_is_another_report()
    {
        var running = await RunningAsync();
        await EndAsync(Success(running));

        Assert.Equal(Settled.LeaseLost, (await SettleAsync(Success(running) with { Result = Json("null") })).What);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_failure_by_another_error_is_another_report(bool again)
    {
        var running = await RunningAsync();
        var end = again ? Again(running) : Failure(running);
        await EndAsync(end);
        var error = end.Error!;

        Assert.Equal(Settled.LeaseLost, (await SettleAsync(end with { Error = error with { Code = "http_503" } })).What);
        Assert.Equal(Settled.LeaseLost, (await SettleAsync(end with { Error = error with { Category = ErrorCategory.Timeout } })).What);
        Assert.Equal(Settled.LeaseLost, (await SettleAsync(end with { Error = error with { Message = "gateway away" } })).What);
        Assert.Equal(Settled.LeaseLost, (await SettleAsync(end with { Error = null })).What);
        Assert.Equal(Settled.LeaseLost, (await SettleAsync(end with { Outcome = Outcome.TimedOut })).What);

        // Ruled anew: what was reported is the same.
        var anew = end with { RunAt = end.RunAt + TimeSpan.FromSeconds(7), Error = error with { OccurredAt = Now.AddSeconds(3) } };
        Assert.Equal(Settled.Repeated, (await SettleAsync(anew)).What);
    }

    [Fact]
    public async Task A_snooze_until_another_time_is_another_report()
    {
        var running = await RunningAsync();
        var end = Snooze(running, delay: TimeSpan.FromMinutes(1));
        await EndAsync(end);
        Pass(TimeSpan.FromSeconds(10));

        Assert.Equal(Settled.LeaseLost, (await SettleAsync(Snooze(running, delay: TimeSpan.FromMinutes(2)))).What);
        Assert.Equal(Settled.Repeated, (await SettleAsync(end)).What);
        Assert.Equal(Settled.Repeated, (await SettleAsync(Snooze(running, delay: TimeSpan.FromMinutes(1)))).What);
    }

    [Fact]
    public async Task The_same_end_with_another_token_is_refused()
    {
        var running = await RunningAsync();
        await EndAsync(Success(running));

        var forged = running with { Lease = running.Lease with { Token = NextToken() } };

        Assert.Equal(Settled.LeaseLost, (await SettleAsync(Success(forged))).What);
    }

    [Fact]
    public async Task A_stop_nobody_asked_for_is_refused()
    {
        var running = await RunningAsync();
        var before = await PhotoAsync(running.Lease.Job);

        var refused = await Assert.ThrowsAsync<PawlException>(() => SettleAsync(Stopped(running)));

        Assert.Equal(("cancel_not_requested", running.Lease.Job), (refused.Code, refused.Job));
        Assert.Equal(before, await PhotoAsync(running.Lease.Job));
    }

    [Fact]
    public async Task Last_words_are_fenced_by_the_lease_that_ends()
    {
        var (one, two) = (await RunningAsync(), await RunningAsync());
        var before = (await PhotoAsync(one.Lease.Job), await PhotoAsync(two.Lease.Job));
        var foreign = new AttemptSave { Lease = two.Lease with { Token = NextToken() }, Progress = new JobProgress { Done = 9 } };

        await Assert.ThrowsAnyAsync<ArgumentException>(() => SettleAsync(Success(one) with { Last = foreign }));

        Assert.Equal(before, (await PhotoAsync(one.Lease.Job), await PhotoAsync(two.Lease.Job)));
    }

    [Fact]
    public async Task A_stale_end_with_last_words_stores_neither()
    {
        var lease = await StaleLeaseAsync(Stale.OlderAttempt, Write.Complete);
        var before = await WorldAsync(lease.Lease.Job);
        var last = new AttemptSave
        {
            Lease = lease.Lease,
            Progress = new JobProgress { Done = 9 },
            Log = Json("{}\n"),
            Children = [Plain],
        };

        Assert.Equal(Settled.LeaseLost, (await SettleAsync(Success(lease) with { Last = last })).What);
        Assert.Equal(before, await WorldAsync(lease.Lease.Job));
    }

    [Fact]
    public async Task The_tokens_of_two_claims_are_not_each_others()
    {
        var (one, two) = (await RunningAsync(), await RunningAsync());
        var crossed = one with { Lease = one.Lease with { Token = two.Lease.Token } };

        Assert.Equal(Settled.LeaseLost, (await SettleAsync(Success(crossed))).What);
        Assert.Equal(JobState.Running, await StateAsync(one.Lease.Job));
    }

    private async Task<Claimed> StaleLeaseAsync(Stale stale, Write write)
    {
        var worker = await WorkerAsync();
        var lease = await RunningAsync(worker: worker);
        var id = lease.Lease.Job;
        switch (stale)
        {
            case Stale.OlderAttempt:
                await LoseAsync(worker);
                await ClaimOneAsync();
                return lease;
            case Stale.LostAndQueued:
                await LoseAsync(worker);
                return lease;
            case Stale.EndedByAnother:
                await LoseAsync(worker);
                await EndAsync(Success(await ClaimOneAsync()));
                return lease;
            case Stale.EndedByItself:
                // In another way than the write under test, which would be the same report again.
                await EndAsync(write == Write.Complete ? Failure(lease) : Success(lease));
                return lease;
            case Stale.OlderGeneration:
                await LoseAsync(worker, cap: 1);
                Assert.Null((await RetryAsync(id)).Refusal);
                await ClaimOneAsync();
                return lease;
            case Stale.WrongToken:
                return lease with { Lease = lease.Lease with { Token = NextToken() } };
            case Stale.WrongAttempt:
                return lease with { Lease = lease.Lease with { Attempt = 2 } };
            default:
                var other = await RunningAsync(Plain with { Type = "other" });
                return lease with { Lease = other.Lease with { Job = id } };
        }
    }

    private async Task<(Settled What, JobState? State, int Attempt)> WriteAsync(Claimed job, Write write)
    {
        var save = new AttemptSave { Lease = job.Lease };
        switch (write)
        {
            case Write.Progress: return await Saved(save with { Progress = new JobProgress { Done = 99, Message = "stale" } });
            case Write.Checkpoint: return await Saved(save with { Checkpoint = new NewCheckpoint(Json("99")) });
            case Write.Items: return await Saved(save with { Items = [Item("stale")] });
            case Write.Log: return await Saved(save with { Log = Json("{\"message\":\"stale\"}\n") });
            case Write.Artifact: return await Saved(save with { Artifacts = [Blob("stale.txt", Json("stale"))] });
            case Write.Child: return await Saved(save with { Children = [Plain with { Type = "child" }] });
            case Write.Notice: return await Saved(save with { Facts = [new Fact(EventKind.Notice, job.Lease.Job, Title: "stale")] });
            case Write.Complete: return await Ended(Success(job) with { Result = Json("99") });
            case Write.FailAndRetry: return await Ended(Again(job));
            case Write.FailForGood: return await Ended(Failure(job));
            case Write.Snooze: return await Ended(Snooze(job));
            case Write.Release: return await Ended(Release(job));
            default: return await Ended(Stopped(job));
        }

        async Task<(Settled, JobState?, int)> Saved(AttemptSave wanted)
        {
            var reply = await SaveAsync(wanted);
            return (reply.What, reply.State, reply.Attempt);
        }

        async Task<(Settled, JobState?, int)> Ended(Settlement wanted)
        {
            var reply = await SettleAsync(wanted);
            return (reply.What, reply.State, reply.Attempt);
        }
    }

    /// <summary>A job and all that a write in its name could have touched beside it.</summary>
    private async Task<string> WorldAsync(JobId id) => string.Join(
        '\n',
        await PhotoAsync(id),
        Show((await Store.ListAsync(new JobQuery { Limit = 1000 }, Ct)).Jobs),
        Show(await Store.ItemsAsync("commits", ["stale"], Ct)),
        Show(await Store.LinesAsync(Ct)));
}
