using Pawl.Checker.Model;

namespace Pawl.Checker.Rules;

/// <summary>A run makes only legal moves and ends once a generation (G8), a lease never overlaps another (G6), nothing starts after a
/// cancel
/// (G16), every end has a reason (G21), and the rows tell the same as the events.</summary>
internal static class MoveRules
{
    private static readonly HashSet<(string?, string)> Legal =
    [
        (null, "queued"), (null, "scheduled"), (null, "blocked"),
        ("scheduled", "queued"), ("scheduled", "scheduled"), ("scheduled", "cancelled"),
        ("blocked", "queued"), ("blocked", "scheduled"), ("blocked", "failed"), ("blocked", "cancelled"),
        ("queued", "running"), ("queued", "queued"), ("queued", "scheduled"), ("queued", "cancelled"),
        ("running", "succeeded"), ("running", "failed"), ("running", "cancelled"), ("running", "scheduled"), ("running", "queued"),
        ("failed", "queued"), ("cancelled", "queued"),
    ];

    public static void Check(History history, Judgement judgement)
    {
        var events = history.Events.Where(happened => happened.Job != 0).ToLookup(happened => happened.Job);
        foreach (var job in history.Jobs)
        {
            new Walk(job, judgement).Run(events[job.Id].OrderBy(happened => happened.Seq));
            Reason(job, judgement);
        }
    }

    private static void Reason(Job job, Judgement judgement)
    {
        if ((job.State == "failed" && job.ErrorCode is null) || (job.State == "cancelled" && job.Reason is null))
        {
            judgement.Find("illegal_moves", "end_without_reason", job.Id, $"job {job.Id} is {job.State} and has no code");
        }
    }

    /// <summary>The state machine of one job, stepped by its events.</summary>
    private sealed class Walk(Job job, Judgement judgement)
    {
        private readonly Dictionary<int, int> _ends = [];
        private string? _state;
        private int _attempt;
        private int _generation = 1;
        private int _cancelled;

        public void Run(IEnumerable<Event> events)
        {
            foreach (var happened in events.Where(happened => happened.Kind != "stale_write"))
            {
                Step(happened);
            }

            if (_state != job.State || _attempt != job.Attempt || _generation != job.Generation)
            {
                judgement.Find(
                    "illegal_moves",
                    "row_differs",
                    job.Id,
                    $"job {job.Id} is {job.State}, attempt {job.Attempt}, generation {job.Generation}; "
                    + $"its events say {_state}, {_attempt}, {_generation}");
            }

            for (var number = 1; job.Ended && number <= job.Generation; number++)
            {
                if (_ends.GetValueOrDefault(number) is not 1 and var times)
                {
                    judgement.Find("illegal_moves", "ended_not_once", job.Id, $"generation {number} of job {job.Id} ended {times} times");
                }
            }
        }

        private void Step(Event happened)
        {
            var begins = happened.Kind == "started";
            if (begins && _cancelled == happened.Generation)
            {
                judgement.Find("starts_after_cancel", "started", job.Id, happened.Shows);
            }

            if (happened.Kind is "cancel_requested" or "cancelled")
            {
                _cancelled = happened.Generation;
            }

            if (happened.Attempt < _attempt)
            {
                judgement.Find("accepted_stale", "event", job.Id, $"{happened.Shows}; attempt {_attempt} had been claimed before");
            }
            else if (happened.Attempt != _attempt + (begins ? 1 : 0))
            {
                judgement.Find("illegal_moves", "attempt_skipped", job.Id, $"{happened.Shows}; attempt {_attempt} came before");
            }

            _attempt = Math.Max(_attempt, happened.Attempt);
            _generation = happened.Generation;
            if (happened.To is { } to)
            {
                Move(happened, to, begins);
            }
        }

        private void Move(Event happened, string to, bool begins)
        {
            if (begins && _state == "running")
            {
                judgement.Find("overlap", "two_leases", job.Id, $"{happened.Shows}; it was leased already");
            }
            else if (happened.From != _state || !Legal.Contains((happened.From, to)))
            {
                judgement.Find("illegal_moves", "move", job.Id, $"{happened.Shows}; it was {_state}");
            }

            _state = to;
            if (to is "succeeded" or "failed" or "cancelled")
            {
                _ends[_generation] = _ends.GetValueOrDefault(_generation) + 1;
            }
        }
    }
}
