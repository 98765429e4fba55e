namespace Pawl;

/// <summary>How a type's jobs get their priority: a base and rules that add points when they hold.</summary>
/// <remarks>
/// Without a word the rules are those of <see cref="Manual"/> and <see cref="Retry"/> with their defaults; giving other rules does not
/// take them away. The order of the reasons is: base, manual, the rules as they were added, retries.
/// </remarks>
/// <typeparam name="TPayload">The payload of the type.</typeparam>
public sealed class ScoreRules<TPayload>
{
    private const int LongestWhy = 100;

    private readonly List<(Func<TPayload, Trigger, bool> Holds, PriorityReason Reason)> _rules = [];
    private BasePriority _base = BasePriority.Normal;
    private int _manual = 40;
    private int _retryEach = 5;
    private int _retryMost = 15;

    /// <summary>Where the sum starts. Default <see cref="BasePriority.Normal"/>, which is 0 and gives no reason.</summary>
    public ScoreRules<TPayload> Base(BasePriority value)
    {
        _base = value;
        return this;
    }

    /// <summary>What a job is worth that a person waits for.</summary>
    /// <param name="points">-1,000 to 1,000; default 40. 0 for no such rule.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is off the scale.</exception>
    public ScoreRules<TPayload> Manual(int points)
    {
        Priority.ThrowIfOffScale(points, nameof(points));
        _manual = points;
        return this;
    }

    /// <summary>Adds points to jobs whose payload meets a condition.</summary>
    /// <param name="holds">Asked once, when the job is created. If it throws, the job gets 0 points and a reason that says so.</param>
    /// <param name="points">-1,000 to 1,000.</param>
    /// <param name="why">What the points are for, in a few words; 1 to 100 characters, never <c>explicit</c> or <c>retry 1</c>.</param>
    /// <exception cref="ArgumentException">The points or the words are not allowed.</exception>
    public ScoreRules<TPayload> When(Func<TPayload, bool> holds, int points, string why)
    {
        ArgumentNullException.ThrowIfNull(holds);
        return When((payload, _) => holds(payload), points, why);
    }

    /// <summary>Adds points where a condition holds that also looks at who asked.</summary>
    /// <inheritdoc cref="When(Func{TPayload, bool}, int, string)"/>
    internal ScoreRules<TPayload> When(Func<TPayload, Trigger, bool> holds, int points, string why)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(why);
        Priority.ThrowIfOffScale(points, nameof(points));
        if (why.Length > LongestWhy)
        {
            throw new ArgumentException($"A reason has at most {LongestWhy} characters, not {why.Length}. Say it shorter.", nameof(why));
        }

        if (PriorityScore.IsReserved(why))
        {
            throw new ArgumentException($"The engine gives the reason '{why}' itself. Choose other words.", nameof(why));
        }

        _rules.Add((holds, new(points, why)));
        return this;
    }

    /// <summary>What each retry is worth, so that a job that has begun gets to its end.</summary>
    /// <param name="pointsEach">0 to 1,000; default 5. 0 for no such rule.</param>
    /// <param name="most">The most that retries add. 0 to 1,000; default 15.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public ScoreRules<TPayload> Retry(int pointsEach = 5, int most = 15)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pointsEach);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pointsEach, Priority.Highest);
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, Priority.Highest);
        _retryEach = pointsEach;
        _retryMost = most;
        return this;
    }

    /// <summary>Where the sum starts, in words.</summary>
    internal string BaseWord => _base.ToString();

    /// <summary>What may be added, and why.</summary>
    internal IReadOnlyList<PriorityReason> Points =>
        [.. _manual == 0 ? [] : (PriorityReason[])[new(_manual, "manual")], .. _rules.Select(rule => rule.Reason)];

    /// <summary>What each retry is worth, and the most that retries add.</summary>
    internal (int Each, int Most) RetryPoints => (_retryEach, _retryMost);

    /// <summary>The priority of a job and its explanation.</summary>
    /// <param name="payload">The job's payload.</param>
    /// <param name="trigger">Who asked for the job.</param>
    /// <param name="retries">Retries so far; 0 at creation.</param>
    public PriorityScore Evaluate(TPayload payload, Trigger trigger, int retries)
    {
        var reasons = new List<PriorityReason>(_rules.Count + 3);
        if (_base.Points != 0)
        {
            // A number of its own has no word: "base", and the points say the rest.
            reasons.Add(new(_base.Points, _base == BasePriority.Low || _base == BasePriority.High ? $"base {_base}" : "base"));
        }

        if (trigger == Trigger.Manual && _manual != 0)
        {
            reasons.Add(new(_manual, "manual"));
        }

        foreach (var (holds, reason) in _rules)
        {
            try
            {
                if (holds(payload, trigger))
                {
                    reasons.Add(reason);
                }
            }
            catch (Exception exception)
            {
                // A slip in a rule must not lose the job. The reason shows it to whoever wonders about the order.
                reasons.Add(new(0, $"rule '{reason.Why}' failed: {exception.GetType().Name}"));
            }
        }

        return WithRetries(reasons, retries);
    }

    /// <summary>The score before another run, from the stored reasons and this type's points for retries.</summary>
    /// <param name="reasons">The reasons stored with the job.</param>
    /// <param name="retries">Retries so far in this generation, the one to come included.</param>
    public PriorityScore WithRetries(IReadOnlyList<PriorityReason> reasons, int retries) =>
        PriorityScore.WithRetries(reasons, retries, _retryEach, _retryMost);
}
