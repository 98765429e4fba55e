namespace Pawl.Postgres;

/// <summary>How many jobs of each line one call starts or ends, and how long they took to.</summary>
internal sealed class LineSums(Batch batch, long now)
{
    private readonly Dictionary<int, Sum> _sums = [];

    public IEnumerable<Sum> All => _sums.Values;

    /// <summary>What is gathered of a line.</summary>
    public Sum Of(Line line)
    {
        if (!_sums.TryGetValue(line.Id, out var sum))
        {
            _sums.Add(line.Id, sum = new Sum(line, batch.TallyOf(line, now)));
        }

        return sum;
    }

    internal sealed class Sum(Line line, Tally tally)
    {
        public Line Line => line;

        public Tally Tally => tally;

        public int Count { get; private set; }

        public long Micros { get; private set; }

        public void Add(long micros)
        {
            Count++;
            Micros += micros;
        }
    }
}
