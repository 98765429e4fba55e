using Pawl.Maintenance;
using Pawl.Testing;

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

    private async Task<RecoveryVerdict> AskAsync(RecoveryPick pick, params IRecoveryCheck[] checks)
    {
        var type = new ChoreType { Name = "capture", Checks = checks };
        var settings = new ChoreSettings { Types = new Dictionary<string, ChoreType> { ["capture"] = type } };
        var job = Sample.Failed(ErrorCategory.Network);
        return await new RecoveryChecks(settings, _clock).AskAsync(job, pick, dryRun: false, TestContext.Current.CancellationToken);
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
