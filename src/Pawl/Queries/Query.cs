namespace Pawl.Queries;

/// <summary>A question about jobs, in the language of lists and bulk operations. Unchangeable, and safe to share.</summary>
/// <remarks>
/// <para>Terms with blanks between must all hold; within a term any of the values with commas between will do; <c>-</c> in front turns
/// a term around; quotes hold a value together and take its characters as they are; <c>*</c> at its end stands for any rest.</para>
/// <para>At most 2,048 characters and 20 terms. There are no regular expressions.</para>
/// </remarks>
public sealed class Query
{
    /// <summary>How many characters a query may have.</summary>
    public const int MaxLength = 2_048;

    /// <summary>How many terms a query may have.</summary>
    public const int MaxTerms = 20;

    private readonly Term[] _quick;
    private readonly Term[] _slow;

    internal Query(string text, IReadOnlyList<Term> terms)
    {
        Text = text;
        Terms = terms;
        _quick = [.. terms.Where(static term => term.Needs == Needs.None)];
        _slow = [.. terms.Where(static term => term.Needs != Needs.None).OrderBy(static term => term.Needs)];
        Needs = _slow.Aggregate(Needs.None, static (all, term) => all | term.Needs);
    }

    /// <summary>The question without conditions: all jobs.</summary>
    public static Query Everything { get; } = new("", []);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Whether all jobs fit.</summary>
    public bool IsEmpty => Terms.Count == 0;

    /// <summary>Whether it looks into payloads or text, of which there is no index.</summary>
    public bool LooksInside => Terms.Any(static term => term.LooksInside);

    internal IReadOnlyList<Term> Terms { get; }

    /// <summary>What must be read of a job, besides what every look shows.</summary>
    internal Needs Needs { get; }

    /// <summary>Reads a query; null and blanks are the empty one.</summary>
    /// <exception cref="PawlException"><c>filter_invalid</c> or <c>regex_not_supported</c>. Where, from 0, is under <c>position</c> of
    /// <see cref="Exception.Data"/>, and under <c>expected</c> what could stand there.</exception>
    public static Query Parse(string? text) => string.IsNullOrWhiteSpace(text) ? Everything : new QueryReader(text).Read();

    /// <summary>Whether a job fits.</summary>
    /// <param name="job">The job, with its payload, error and progress.</param>
    /// <param name="now">The time, from which ages are counted.</param>
    /// <param name="facts">What no job tells; null for the defaults.</param>
    public bool Matches(Job job, DateTimeOffset now, QueryFacts? facts = null)
    {
        ArgumentNullException.ThrowIfNull(job);
        var candidate = JobView.Of(job);
        var micros = Instants.Of(now);
        return MatchesQuick(candidate, micros) && MatchesSlow(candidate, micros, facts ?? QueryFacts.Default);
    }

    /// <summary>Both questions at once.</summary>
    internal Query And(Query other) => new($"{Text} {other.Text}", [.. Terms, .. other.Terms]);

    /// <summary>The query as it was written.</summary>
    public override string ToString() => Text;

    /// <summary>Whether the terms hold that need nothing more than every look shows.</summary>
    internal bool MatchesQuick(JobView job, long now) => All(_quick, job, now, QueryFacts.Default);

    /// <summary>Whether the other terms hold.</summary>
    internal bool MatchesSlow(JobView job, long now, QueryFacts facts) => All(_slow, job, now, facts);

    private static bool All(Term[] terms, JobView job, long now, QueryFacts facts)
    {
        foreach (var term in terms)
        {
            if (!Matching.Holds(term, job, now, facts))
            {
                return false;
            }
        }

        return true;
    }
}
