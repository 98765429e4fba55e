using Microsoft.Extensions.DependencyInjection;
using Pawl.Maintenance;
using Pawl.Testing;
using Pawl.Tests.Running;

namespace Pawl.Tests.Maintenance;

public sealed class RecoveryChecksTests
{
    private static readonly RecoveryPick Retryable = new(RecoveryRule.Retryable, "network may have passed");
    private static readonly RecoveryPick Token = new(RecoveryRule.Token, "its credential was refused", NeedsYes: true);
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task Without_checks_a_retryable_job_is_allowed() => Assert.True((await AskAsync(Retryable)).Allowed);

    [Fact]
    public async Task Without_checks_nobody_knows_of_a_better_credential()
    {
        var verdict = await AskAsync(Token);
        Assert.False(verdict.Allowed);
        Assert.Equal("its credential was refused, and no check says that this was put right", verdict.Reason);
    }

    [Fact]
    public async Task A_yes_brings_its_reason_and_its_key()
    {
        var verdict = await AskAsync(Token, new Answers(RecoveryAnswer.Yes("token refreshed", "token 2")));
        Assert.Equal(new RecoveryVerdict(true, "token refreshed", "token 2"), verdict);
    }

    [Fact]
    public async Task A_check_that_has_nothing_to_say_does_not_confirm() =>
        Assert.False((await AskAsync(Token, new Answers(RecoveryAnswer.Abstain))).Allowed);

    [Fact]
    public async Task One_no_outweighs_a_yes()
    {
        var verdict = await AskAsync(Retryable, new Answers(RecoveryAnswer.Yes()), new Answers(RecoveryAnswer.No("account disabled")));
        Assert.Equal(new RecoveryVerdict(false, "account disabled"), verdict);
    }

    [Fact]
    public async Task A_check_that_throws_is_a_no_with_its_error()
    {
        var verdict = await AskAsync(Retryable, new Answers(new InvalidOperationException("no such table")));
        Assert.False(verdict.Allowed);
        Assert.Equal("check_failed", verdict.ErrorCode);
        Assert.Equal("the check Answers threw InvalidOperationException: no such table", verdict.Reason);
    }

    [Fact]
    public async Task A_check_that_never_answers_does_not_hold_up_the_sweep()
    {
        var asked = AskAsync(Retryable, new Answers());
        Assert.False(asked.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("the check Answers had no answer within 30 s", (await asked).Reason);
    }

    [Fact]
    public async Task Checks_may_use_scoped_services_and_share_one_scope_in_a_cycle()
    {
        var token = TestContext.Current.CancellationToken;
        await using var test = await Stage.StartAsync(
            (_, _, _) => throw new JobException(ErrorCategory.Auth, "token refused"),
            options => options.Retry = options.Retry with { MaxAttempts = 1 },
            type => type.RecoveryCheck<AccountCheck>(),
            pawl => pawl.Services.AddScoped<Accounts>());
        await test.Jobs.EnqueueManyAsync([new Say("a"), new Say("b")], cancellationToken: token);
        await test.RunUntilIdleAsync(token);
        var recovery = test.Services.GetRequiredService<IRecovery>();

        var first = await recovery.RunAsync(RecoveryKind.Failed, dryRun: true, cancellationToken: token);
        var second = await recovery.RunAsync(RecoveryKind.Failed, dryRun: true, cancellationToken: token);

        string[] reasons = ["asked 1 times in this cycle", "asked 2 times in this cycle"];
        Assert.Equal(reasons, first.Jobs.Select(job => job.Reason));
        Assert.Equal(reasons, second.Jobs.Select(job => job.Reason));
        Assert.True(AccountCheck.Seen!.Disposed);
    }

    [Fact]
    public async Task A_failure_on_input_is_recovered_once_for_each_configuration_of_its_type()
    {
        var token = TestContext.Current.CancellationToken;
        var mapping = "m1";
        await using var test = await Stage.StartAsync(
            (_, _, _) => throw new JobException(ErrorCategory.InvalidInput, "no such column"), type: type => type.Configuration(mapping));
        var id = (await test.Jobs.EnqueueAsync(new Say(), cancellationToken: token)).Id;
        await test.RunUntilIdleAsync(token);
        Assert.Equal((0, "m1"), (await RecoveredAsync(), (await test.Jobs.GetAsync(id, token)).Error!.Configuration));

        mapping = "m2";
        await test.RestartAsync(token);
        Assert.Equal((1, 0), (await RecoveredAsync(), await RecoveredAsync()));
        var job = await test.Jobs.GetAsync(id, token);
        Assert.Equal((JobState.Failed, 2, "m2"), (job.State, job.Generation, job.Error!.Configuration));

        async Task<int> RecoveredAsync()
        {
            var run = await test.Services.GetRequiredService<IRecovery>().RunAsync(RecoveryKind.Failed, cancellationToken: token);
            await test.RunUntilIdleAsync(token);
            return run.RecoveredJobs;
        }
    }

    [Fact]
    public async Task A_check_that_cannot_be_made_is_a_no_with_its_error()
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        var type = new ChoreType { Name = "capture", CheckTypes = [typeof(AccountCheck)] };
        var settings = new ChoreSettings
        {
            Scopes = services.GetRequiredService<IServiceScopeFactory>(),
            Types = new Dictionary<string, ChoreType> { ["capture"] = type },
        };
        await using var asked = new RecoveryChecks(settings, _clock);
        var verdict = await asked.AskAsync(
            Sample.Failed(ErrorCategory.Network), Retryable, dryRun: false, TestContext.Current.CancellationToken);

        Assert.Equal((false, "check_failed"), (verdict.Allowed, verdict.ErrorCode));
        Assert.StartsWith("the check AccountCheck threw InvalidOperationException", verdict.Reason, StringComparison.Ordinal);
    }

    private async Task<RecoveryVerdict> AskAsync(RecoveryPick pick, params IRecoveryCheck[] checks)
    {
        var type = new ChoreType { Name = "capture", Checks = checks };
        var settings = new ChoreSettings { Types = new Dictionary<string, ChoreType> { ["capture"] = type } };
        var job = Sample.Failed(ErrorCategory.Network);
        await using var asked = new RecoveryChecks(settings, _clock);
        return await asked.AskAsync(job, pick, dryRun: false, TestContext.Current.CancellationToken);
    }

    /// <summary>Lives in a scope, like a database context.</summary>
    private sealed class Accounts : IDisposable
    {
        public int Asked { get; set; }

        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }

    private sealed class AccountCheck(Accounts accounts) : IRecoveryCheck
    {
        public static Accounts? Seen { get; private set; }

        public ValueTask<RecoveryAnswer> CheckAsync(RecoveryCandidate candidate, CancellationToken cancellationToken)
        {
            ObjectDisposedException.ThrowIf(accounts.Disposed, accounts);
            Seen = accounts;
            return ValueTask.FromResult(RecoveryAnswer.Yes($"asked {++accounts.Asked} times in this cycle"));
        }
    }

    /// <summary>A check with an answer, an error or nothing at all.</summary>
    private sealed class Answers(RecoveryAnswer? answer = null, Exception? error = null) : IRecoveryCheck
    {
        public Answers(Exception error)
            : this(null, error)
        {
        }

        public async ValueTask<RecoveryAnswer> CheckAsync(RecoveryCandidate candidate, CancellationToken cancellationToken) =>
            error is not null ? throw error
            : answer ?? await new TaskCompletionSource<RecoveryAnswer>().Task;
    }
}
