using Pawl.Storage;

namespace Pawl.Sqlite;

/// <summary>For which kind of room a job was taken.</summary>
internal enum ClaimPlace
{
    /// <summary>A free slot.</summary>
    Slot,

    /// <summary>A slot kept for urgent jobs.</summary>
    Express,

    /// <summary>None yet: it waits in the worker's hand.</summary>
    Ahead,
}

/// <summary>A job that a claim looks at.</summary>
internal readonly record struct Candidate(
    long Id,
    int Priority,
    long RunAt,
    int Losses,
    bool Suspect,
    string? ConcurrencyKey,
    Line Line,
    int Room)
{
    public static readonly Comparison<Candidate> ByPriority = (a, b) =>
        a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority)
        : a.RunAt != b.RunAt ? a.RunAt.CompareTo(b.RunAt)
        : a.Id.CompareTo(b.Id);

    public static readonly Comparison<Candidate> ByAge = (a, b) => a.RunAt != b.RunAt ? a.RunAt.CompareTo(b.RunAt) : a.Id.CompareTo(b.Id);

    public static Candidate Of(Statement row, Line line, int room) =>
        new(row.Long(0), row.Int(1), row.Long(2), row.Int(3), row.Int(3) > 0 || row.Int(4) > 0, row.TextOrNull(5), line, room);
}

/// <summary>One claim under way: what room is left, and what was taken.</summary>
internal sealed class ClaimRun(ClaimRequest request, long now)
{
    private readonly Dictionary<long, int> _taken = [];
    private readonly Dictionary<long, int> _passed = [];
    private readonly HashSet<long> _passedJobs = [];
    private int _slots = request.Slots;
    private int _express = request.ExpressSlots;
    private int _ahead = request.Prefetch;
    private bool _lastChance = request.RunsLastChance;

    public ClaimRequest Request => request;

    public long Now => now;

    public List<Claimed> Jobs { get; } = [];

    /// <summary>How many jobs were put outside their line because their key was full.</summary>
    public int Holds { get; set; }

    /// <summary>How many jobs were looked at and left, because this worker has no room for their kind.</summary>
    public int Passes => _passedJobs.Count;

    public int Wanted => _slots + _express + _ahead;

    /// <summary>With only urgent room left, only urgent jobs are looked at.</summary>
    public int LeastPriority => _slots + _ahead > 0 ? -1000 : request.ExpressFrom;

    public int RoomIn(Line line, int room) => Math.Max(0, room - _taken.GetValueOrDefault(line.Id));

    /// <summary>How many of a line were looked at and left: the next look must reach beyond them.</summary>
    public int PassedOver(Line line) => _passed.GetValueOrDefault(line.Id);

    /// <summary>Leaves a job where it is; whether it was looked at for the first time.</summary>
    public bool PassOver(Candidate candidate)
    {
        if (!_passedJobs.Add(candidate.Id))
        {
            return false;
        }

        _passed[candidate.Line.Id] = PassedOver(candidate.Line) + 1;
        return true;
    }

    /// <summary>Where a job would go; null when there is no room for its kind.</summary>
    public ClaimPlace? Place(Candidate candidate)
    {
        if (_lastChance && candidate.Losses >= request.LossCap - 1)
        {
            return null;   // two such jobs at once, and the one that kills the worker would take the other along
        }

        return _slots > 0 ? ClaimPlace.Slot
            : _express > 0 && candidate.Priority >= request.ExpressFrom ? ClaimPlace.Express
            : _ahead > 0 && !candidate.Suspect ? ClaimPlace.Ahead
            : null;
    }

    public void Took(Candidate candidate, ClaimPlace place, Claimed job)
    {
        _slots -= place == ClaimPlace.Slot ? 1 : 0;
        _express -= place == ClaimPlace.Express ? 1 : 0;
        _ahead -= place == ClaimPlace.Ahead ? 1 : 0;
        _lastChance |= candidate.Losses >= request.LossCap - 1;
        _taken[candidate.Line.Id] = _taken.GetValueOrDefault(candidate.Line.Id) + 1;
        Jobs.Add(job);
    }
}
