namespace Pawl.Simulation.Tests.Proofs;

/// <summary>The referee's model takes good histories and refuses each planted bad one for its own reason.</summary>
public sealed class JobModelTests
{
    private const JobState S = JobState.Scheduled;
    private const JobState Q = JobState.Queued;
    private const JobState R = JobState.Running;

    private readonly JobModel _job = new(new(1)) { MaxAttempts = 2 };

    [Fact]
    public void A_life_of_losses_failures_and_a_retry_by_hand_is_taken()
    {
        Take(EventKind.Created, null, Q);
        Take(EventKind.Started, Q, R, attempt: 1);
        Take(EventKind.Lost, R, Q, attempt: 1);
        Take(EventKind.Started, Q, R, attempt: 2);
        Take(EventKind.RetryScheduled, R, S, attempt: 2);
        Take(EventKind.Due, S, Q, attempt: 2);
        Take(EventKind.Started, Q, R, attempt: 3);
        Take(EventKind.Failed, R, JobState.Failed, attempt: 3);
        Take(EventKind.Retried, JobState.Failed, Q, attempt: 3, generation: 2);
        Take(EventKind.Started, Q, R, attempt: 4, generation: 2);
        Take(EventKind.Succeeded, R, JobState.Succeeded, attempt: 4, generation: 2);
        Assert.Equal((false, 0), (_job.IsOpen, _job.Unended));
    }

    [Fact]
    public void A_start_beside_a_running_attempt_is_refused()
    {
        Run(1);
        Refuse("although it was Running", EventKind.Started, Q, R, attempt: 2);
    }

    [Fact]
    public void A_skipped_attempt_is_refused()
    {
        Take(EventKind.Created, null, Q);
        Refuse("attempt 2 began after attempt 0", EventKind.Started, Q, R, attempt: 2);
    }

    [Fact]
    public void An_end_of_another_attempt_is_refused()
    {
        Run(1);
        Refuse("attempt 7 ended while 1 ran", EventKind.Succeeded, R, JobState.Succeeded, attempt: 7);
    }

    [Fact]
    public void A_second_end_is_refused()
    {
        Run(1);
        Take(EventKind.Succeeded, R, JobState.Succeeded, attempt: 1);
        Refuse("although it was Succeeded", EventKind.Succeeded, R, JobState.Succeeded, attempt: 1);
    }

    [Fact]
    public void A_start_after_a_stop_was_asked_for_is_refused()
    {
        Run(1);
        Take(EventKind.CancelRequested, null, null, attempt: 1);
        Refuse("it went to Queued although a stop was asked for", EventKind.Released, R, Q, attempt: 1);
        Refuse("an attempt began after a stop was asked for", EventKind.Started, Q, R, attempt: 2);
    }

    [Fact]
    public void A_loss_beyond_the_cap_that_is_offered_again_is_refused()
    {
        Run(1);
        Refuse("loss 1 of 1 led to Queued", EventKind.Lost, R, Q, lossCap: 1, attempt: 1);
    }

    [Fact]
    public void More_failures_than_the_budget_are_refused()
    {
        Run(1);
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            Take(EventKind.RetryScheduled, R, S, attempt: attempt);
            Take(EventKind.Due, S, Q, attempt: attempt);
            Take(EventKind.Started, Q, R, attempt: attempt + 1);
        }

        Refuse("3 attempts failed of 2", EventKind.RetryScheduled, R, S, attempt: 3);
    }

    [Fact]
    public void An_end_without_a_reason_is_refused()
    {
        Run(1);
        Refuse("RetryScheduled gives no reason", EventKind.RetryScheduled, R, S, reason: null, attempt: 1);
    }

    [Theory]
    [InlineData(EventKind.Started, JobState.Scheduled, JobState.Running)]
    [InlineData(EventKind.Succeeded, JobState.Queued, JobState.Succeeded)]
    [InlineData(EventKind.Retried, JobState.Succeeded, JobState.Queued)]
    [InlineData(EventKind.Due, JobState.Blocked, JobState.Queued)]
    [InlineData(EventKind.Recovered, JobState.Cancelled, JobState.Queued)]
    public void An_illegal_move_is_refused(EventKind kind, JobState from, JobState to) => Assert.False(Moves.AreLegal(kind, from, to));

    private void Run(int attempt)
    {
        Take(EventKind.Created, null, Q);
        Take(EventKind.Started, Q, R, attempt: attempt);
    }

    private void Take(EventKind kind, JobState? from, JobState? to, int attempt = 0, int generation = 1) =>
        Assert.Null(_job.Step(Made(kind, from, to, attempt, generation, "why"), lossCap: 3));

    private void Refuse(
        string why, EventKind kind, JobState? from, JobState? to, int lossCap = 3, int attempt = 0, string? reason = "why") =>
        Assert.Contains(why, _job.Step(Made(kind, from, to, attempt, 1, reason), lossCap), StringComparison.Ordinal);

    private static EventRecord Made(EventKind kind, JobState? from, JobState? to, int attempt, int generation, string? reason) => new()
    {
        Seq = 1, At = default, Kind = kind, From = from, To = to, Attempt = attempt, Generation = generation, Reason = reason,
    };
}
