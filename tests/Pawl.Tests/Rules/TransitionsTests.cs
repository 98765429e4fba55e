using FsCheck.Fluent;

namespace Pawl.Tests.Rules;

public sealed class TransitionsTests
{
    [Fact]
    public void Every_row_of_the_model_is_in_the_table()
    {
        Assert.Equal(Enumerable.Range(1, 26), Transitions.Table.Select(move => move.Number).Distinct());
        Assert.Equal(Enum.GetValues<JobEvent>(), Transitions.Table.Select(move => move.Happened).Distinct().Order());
    }

    [Fact]
    public void The_function_makes_the_moves_of_the_table_and_no_other()
    {
        foreach (var from in Enum.GetValues<JobState>())
        {
            foreach (var happened in Enum.GetValues<JobEvent>())
            {
                var rows = Transitions.Table.Where(move => move.Happened == happened && move.From.Contains(from)).ToList();
                Assert.True(rows.Select(row => row.To).Distinct().Count() <= 1, $"Two rows disagree on {from} × {happened}.");
                Assert.Equal(rows.FirstOrDefault()?.To, Transitions.Next(from, happened));
            }
        }
    }

    // Written out a second time on purpose: a slip in the table would otherwise agree with itself.
    [Theory]
    [InlineData(JobState.Scheduled, "due>queued postponed>scheduled hastened>queued cancelled>cancelled expired>cancelled "
        + "deferred>scheduled")]
    [InlineData(JobState.Blocked, "unblocked>queued unblocked_later>scheduled dependency_cancelled>cancelled dependency_failed>failed "
        + "cancelled>cancelled expired>cancelled")]
    [InlineData(JobState.Queued, "postponed>scheduled hastened>queued claimed>running cancelled>cancelled expired>cancelled "
        + "deferred>scheduled")]
    [InlineData(JobState.Running, "completed>succeeded retry_later>scheduled failed_for_good>failed snoozed>scheduled released>queued "
        + "lost>queued crash_looped>failed cancel_requested>running stopped>cancelled")]
    [InlineData(JobState.Succeeded, "")]
    [InlineData(JobState.Failed, "retried>queued recovered>queued dismissed>failed undismissed>failed")]
    [InlineData(JobState.Cancelled, "retried>queued")]
    public void From_each_state_only_these_moves_lead_on(JobState from, string expected)
    {
        var moves = from happened in Enum.GetValues<JobEvent>()
                    let to = Transitions.Next(@from, happened)
                    where to is not null
                    select $"{Words.Of(happened)}>{Words.Of(to)}";
        Assert.Equal(expected, string.Join(' ', moves));
    }

    [Fact]
    public void A_job_begins_queued_scheduled_or_blocked()
    {
        Assert.Equal(JobState.Queued, Transitions.First(JobEvent.CreatedQueued));
        Assert.Equal(JobState.Scheduled, Transitions.First(JobEvent.CreatedScheduled));
        Assert.Equal(JobState.Blocked, Transitions.First(JobEvent.CreatedBlocked));
        Assert.Equal(3, Enum.GetValues<JobEvent>().Count(happened => Transitions.First(happened) is not null));
    }

    [Fact]
    public void Only_an_ended_job_may_be_removed()
    {
        foreach (var state in Enum.GetValues<JobState>())
        {
            Assert.Equal(Transitions.IsTerminal(state), Transitions.MayPurge(state));
        }
    }

    [Fact]
    public void An_ended_job_is_opened_again_only_by_a_new_generation()
    {
        var reopening = from state in Enum.GetValues<JobState>()
                        where Transitions.IsTerminal(state)
                        from happened in Enum.GetValues<JobEvent>()
                        where Transitions.Next(state, happened) is { } to && !Transitions.IsTerminal(to)
                        select happened;
        Assert.Equal([JobEvent.Retried, JobEvent.Recovered], reopening.Distinct().Order());
    }

    [Fact]
    public void A_value_that_is_no_state_or_event_is_no_move()
    {
        Assert.Null(Transitions.Next((JobState)99, JobEvent.Due));
        Assert.Null(Transitions.Next(JobState.Queued, (JobEvent)(-1)));
        Assert.Null(Transitions.First((JobEvent)1_000));
        Assert.False(Transitions.MayPurge((JobState)99));
    }

    [Fact]
    public void Any_history_runs_an_attempt_only_after_a_claim_and_never_leaves_a_success()
    {
        Law.Holds(Gen.Elements(Enum.GetValues<JobEvent>()).ListOf(80), history =>
        {
            var state = JobState.Queued;
            foreach (var happened in history)
            {
                var next = Transitions.Next(state, happened) ?? state;
                if (state == JobState.Succeeded && next != state)
                {
                    return false;
                }

                if (state != JobState.Running && next == JobState.Running && happened != JobEvent.Claimed)
                {
                    return false;
                }

                state = next;
            }

            return true;
        });
    }

    [Fact]
    public void The_page_of_states_is_written_from_the_table() => Approve.Text(StatesPage.Write(), "/docs/states.md");
}
