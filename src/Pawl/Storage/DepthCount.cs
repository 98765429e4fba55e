using System.Diagnostics.CodeAnalysis;

namespace Pawl.Storage;

/// <summary>Divides the kept counts of lines by priority, looking at no more than some of their jobs: first at a few of each priority, then
/// at more of those that leave a doubt, as long as there are not too many.</summary>
internal sealed class DepthCount
{
    /// <summary>How many priorities of a line are looked at, from the highest.</summary>
    public const int MostPriorities = 100;

    // So that a look stays a matter of some 100 ms, however many jobs wait in however many lines.
    private const int MostLooked = 100_000;

    private static readonly int[] Steps = [100, 1_000, 10_000];

    private readonly List<LineParts> _lines = [];
    private readonly Dictionary<(int Line, int Priority), Part> _parts = [];
    private int _step;

    /// <summary>Adds a line.</summary>
    /// <param name="line">Its number in the store.</param>
    /// <param name="queue">Its queue.</param>
    /// <param name="type">Its type.</param>
    /// <param name="runnable">Its kept count.</param>
    /// <param name="priorities">The priorities that stand there, the highest first, at most <see cref="MostPriorities"/>.</param>
    public void Add(int line, string queue, string type, long runnable, IEnumerable<int> priorities)
    {
        var parts = new LineParts(line, queue, type, runnable, [.. priorities.Select(static priority => new Part(priority))]);
        _lines.Add(parts);
        parts.All.ForEach(part => _parts.Add((line, part.Priority), part));
    }

    /// <summary>What to look at next.</summary>
    /// <param name="most">How many jobs of each priority to count.</param>
    /// <param name="parts">The lines and their priorities.</param>
    /// <returns>False when enough is known.</returns>
    public bool TryNext(out int most, [NotNullWhen(true)] out IReadOnlyList<(int Line, int Priority)>? parts)
    {
        (most, parts) = (0, null);
        if (_step == Steps.Length)
        {
            return false;
        }

        most = Steps[_step];
        var open = _lines.Where(static line => line.IsDoubtful)
            .SelectMany(static line => line.Open.Select(part => (line.Line, part.Priority))).ToList();
        if (open.Count == 0 || (_step > 0 && (long)open.Count * most > MostLooked))
        {
            return false;
        }

        _step++;
        parts = open;
        return true;
    }

    /// <summary>Says what was found.</summary>
    /// <param name="line">The line.</param>
    /// <param name="priority">The priority.</param>
    /// <param name="count">How many jobs.</param>
    /// <param name="isAll">Whether there are no more.</param>
    public void Found(int line, int priority, long count, bool isAll)
    {
        var part = _parts[(line, priority)];
        (part.Count, part.IsAll) = (count, isAll);
    }

    /// <summary>The parts, which make the whole where that can be known.</summary>
    public IReadOnlyList<DepthRow> Rows() => [.. _lines.SelectMany(static line => line.Rows())];

    private sealed class Part(int priority)
    {
        public int Priority => priority;

        public long Count { get; set; }

        public bool IsAll { get; set; }
    }

    private sealed class LineParts(int line, string queue, string type, long runnable, List<Part> all)
    {
        public int Line => line;

        public List<Part> All => all;

        public IEnumerable<Part> Open => all.Where(static part => !part.IsAll);

        /// <summary>Whether more than one of its parts is not known: a single one is what the others leave.</summary>
        public bool IsDoubtful => all.Count > 1 && Open.Skip(all.Count < MostPriorities ? 1 : 0).Any();

        public IEnumerable<DepthRow> Rows()
        {
            if (all.Count == 0 || runnable <= 0)
            {
                return [];
            }

            var open = Open.ToList();
            var isAtLeast = open.Count > 1 || all.Count >= MostPriorities;
            if (all.Count < MostPriorities && open.Count > 0 && runnable - all.Sum(static part => part.Count) is > 0 and var rest)
            {
                // How the rest is spread is not known when it is several', but that it is there is: in equal parts the whole is right.
                open.ForEach(part => part.Count += rest / open.Count);
                open[0].Count += rest % open.Count;
            }

            // Jobs that a batch's lease holds still stand in some stores' lines, mostly at the front.
            var over = all.Sum(static part => part.Count) - runnable;
            foreach (var part in all.TakeWhile(_ => over > 0))
            {
                var less = Math.Min(part.Count, over);
                (part.Count, over) = (part.Count - less, over - less);
            }

            return all.Where(static part => part.Count > 0)
                .Select(part => new DepthRow(queue, type, part.Priority, part.Count, isAtLeast && !part.IsAll));
        }
    }
}
