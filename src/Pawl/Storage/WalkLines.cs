namespace Pawl.Storage;

/// <summary>The lines that a walk may meet, and the kept counts of all.</summary>
internal sealed class WalkLines
{
    private readonly Dictionary<long, (string Queue, string Type)> _admitted = [];
    private readonly Dictionary<long, long[]> _counts = [];

    /// <summary>Those that are asked for.</summary>
    public ICollection<long> Ids => _admitted.Keys;

    /// <summary>How many jobs there are.</summary>
    public long All => _counts.Values.Sum(static counts => counts.Sum());

    public void Add(long id, string queue, string type, JobSelection selection)
    {
        if (selection.AdmitsLine(queue, type))
        {
            _admitted.Add(id, (queue, type));
        }
    }

    public void Count(long id, JobState state, long n)
    {
        if (!_counts.TryGetValue(id, out var counts))
        {
            _counts.Add(id, counts = new long[7]);
        }

        counts[(int)state] += n;
    }

    /// <summary>The names of a line that is asked for; null for another.</summary>
    public (string Queue, string Type)? Find(long id) => _admitted.TryGetValue(id, out var names) ? names : null;

    /// <summary>How many jobs are in a state.</summary>
    public long Of(JobState state, bool admitted) =>
        _counts.Where(line => !admitted || _admitted.ContainsKey(line.Key)).Sum(line => line.Value[(int)state]);

    /// <summary>How many jobs a line has.</summary>
    public long OfLine(long id) => _counts.TryGetValue(id, out var counts) ? counts.Sum() : 0;

    /// <summary>The lines that have any of what is asked for.</summary>
    public List<long> With(JobSelection selection) =>
        [.. Ids.Where(id => _counts.TryGetValue(id, out var counts)
            && Enum.GetValues<JobState>().Any(state => selection.Has(state) && counts[(int)state] > 0))];

    /// <summary>How many jobs are in the states and lines that are asked for.</summary>
    public long Matching(JobSelection selection) =>
        Enum.GetValues<JobState>().Where(selection.Has).Sum(state => Of(state, admitted: true));

    /// <summary>How many jobs fit, where the counts tell.</summary>
    public long? Total(JobSelection selection) => selection.IsCounted ? Matching(selection) : null;
}
