using Pawl.Storage;

namespace Pawl.Running;

/// <summary>Which lines this worker serves and how much room each has: the limits of a queue and of a type on this worker.</summary>
/// <remarks>Not safe by itself: <see cref="Slots"/> calls it under its lock.</remarks>
internal sealed class Limits
{
    private readonly Dictionary<(string Queue, string Type), Line> _lines = [];
    private readonly List<Line> _order = [];
    private readonly Dictionary<string, JobType> _types;
    private readonly HashSet<string>? _queues;
    private readonly IDictionary<string, int> _queueLimits;
    private int _turn;

    public Limits(IReadOnlyList<JobType> types, WorkerOptions options)
    {
        _types = types.ToDictionary(type => type.Name, StringComparer.Ordinal);
        _queues = options.Queues is { } only ? new(only, StringComparer.Ordinal) : null;
        _queueLimits = options.QueueConcurrency;
        foreach (var type in types)
        {
            Add(type.Queue, type);
            foreach (var queue in options.Queues ?? [])
            {
                Add(queue, type);
            }
        }
    }

    /// <summary>The queues that are served, as far as they are known, and whether any other is too.</summary>
    public IReadOnlyList<string> Queues =>
    [
        .. _order.Select(line => line.Queue).Distinct().Order(StringComparer.Ordinal),
        .. _queues is null ? [WorkerFacts.AnyQueue] : (string[])[],
    ];

    /// <summary>The line of a job that was claimed.</summary>
    public Line Of(string queue, JobType type) => _lines.TryGetValue((queue, type.Name), out var line) ? line : Put(queue, type);

    /// <summary>Learns of lines that exist: a job may stand in another queue than its type's.</summary>
    /// <returns>Whether one of them is new.</returns>
    public bool Learn(IEnumerable<(string Queue, string Type)> lines)
    {
        var learned = false;
        foreach (var (queue, name) in lines)
        {
            learned |= _types.TryGetValue(name, out var type) && Add(queue, type);
        }

        return learned;
    }

    /// <summary>What to ask for: one list of lines for each claim. Several only where a limited queue holds several types.</summary>
    /// <param name="most">No line is given more room than this.</param>
    public List<List<ClaimLine>> Rounds(int most)
    {
        var rounds = new List<List<ClaimLine>> { new(_order.Count) };
        var limited = new Dictionary<string, int>(StringComparer.Ordinal);
        _turn = _turn == int.MaxValue ? 0 : _turn + 1;
        for (var i = 0; i < _order.Count; i++)
        {
            // Begun at another line each time: in a limited queue the first type asked may take all the room.
            var line = _order[(i + _turn) % _order.Count];
            if (Room(line, most) is not (> 0 and var room))
            {
                continue;
            }

            var round = 0;
            if (_queueLimits.ContainsKey(line.Queue))
            {
                round = limited.GetValueOrDefault(line.Queue);
                limited[line.Queue] = round + 1;
            }

            while (rounds.Count <= round)
            {
                rounds.Add([]);
            }

            rounds[round].Add(new(line.Queue, line.Type.Name, room));
        }

        return rounds;
    }

    /// <summary>The same lines with the room that is left after an earlier round.</summary>
    public List<ClaimLine> Again(List<ClaimLine> lines)
    {
        var again = new List<ClaimLine>(lines.Count);
        foreach (var (queue, type, most) in lines)
        {
            if (Room(_lines[(queue, type)], most) is > 0 and var room)
            {
                again.Add(new(queue, type, room));
            }
        }

        return again;
    }

    /// <summary>How many more of a line may be taken.</summary>
    private int Room(Line line, int most)
    {
        var room = most;
        if (line.Type.Concurrency is { } ofType)
        {
            room = Math.Min(room, ofType - _order.Where(other => other.Type == line.Type).Sum(other => other.InHand));
        }

        if (_queueLimits.TryGetValue(line.Queue, out var ofQueue))
        {
            room = Math.Min(room, ofQueue - _order.Where(other => other.Queue == line.Queue).Sum(other => other.InHand));
        }

        return Math.Max(0, room);
    }

    /// <summary>Whether this worker may run less of a line than it has slots.</summary>
    public bool IsLimited(Line line) => line.Type.Concurrency is not null || _queueLimits.ContainsKey(line.Queue);

    private bool Add(string queue, JobType type)
    {
        if ((_queues is not null && !_queues.Contains(queue)) || _lines.ContainsKey((queue, type.Name)))
        {
            return false;
        }

        Put(queue, type);
        return true;
    }

    private Line Put(string queue, JobType type)
    {
        var line = new Line(queue, type);
        _lines.Add((queue, type.Name), line);
        _order.Add(line);
        return line;
    }
}
