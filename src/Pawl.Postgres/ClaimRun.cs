using Pawl.Storage;

namespace Pawl.Postgres;

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
internal sealed record Candidate(Line Line, int Room)
{
    public static readonly Comparison<Candidate> ByPriority = (a, b) =>
        a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority)
        : a.RunAt != b.RunAt ? a.RunAt.CompareTo(b.RunAt)
        : a.Id.CompareTo(b.Id);

    public static readonly Comparison<Candidate> ByAge = (a, b) => a.RunAt != b.RunAt ? a.RunAt.CompareTo(b.RunAt) : a.Id.CompareTo(b.Id);

    public required long Id { get; init; }

    public required int Priority { get; init; }

    public required long RunAt { get; init; }

    public required int Losses { get; init; }

    /// <summary>Lost before: not to be taken ahead.</summary>
    public required bool Suspect { get; init; }

    public string? ConcurrencyKey { get; init; }

    public required int Attempt { get; init; }

    public required int Generation { get; init; }

    public required int Failures { get; init; }

    public required int Snoozes { get; init; }

    public required int MaxAttempts { get; init; }

    public required int Recoveries { get; init; }

    public string? UniqueKey { get; init; }

    public long? StartBy { get; init; }

    /// <summary>Whether it is a retry that was set aside, and not in its line.</summary>
    public bool Deferred { get; init; }

    /// <summary>The first number of the run it stands in; null when it has a row of its own.</summary>
    public long? Run { get; init; }

    public static Candidate Of(Row row, Line line, int room) => new(line, room)
    {
        Id = row.Long(1),
        Priority = row.Int(2),
        RunAt = row.Long(3),
        Losses = row.Int(4),
        Suspect = row.Int(4) > 0 || row.Int(5) > 0,
        ConcurrencyKey = row.TextOrNull(6),
        Attempt = row.Int(7),
        Generation = row.Int(8),
        Failures = row.Int(9),
        Snoozes = row.Int(10),
        MaxAttempts = row.Int(11),
        Recoveries = row.Int(12),
        UniqueKey = row.TextOrNull(13),
        StartBy = row.LongOrNull(14),
    };

    public static Candidate Of(Run run, long id) => new(run.Line, run.Room)
    {
        Id = id,
        Priority = run.Priority,
        RunAt = run.RunAt,
        Losses = 0,
        Suspect = false,
        Attempt = 0,
        Generation = 1,
        Failures = 0,
        Snoozes = 0,
        MaxAttempts = 0,   // its shape tells, with its body
        Recoveries = 0,
        Run = run.Lo,
    };
}

/// <summary>Consecutive jobs of one line that this claim has locked.</summary>
internal sealed record Run(Line Line, int Room, int Priority, long RunAt, long Lo, long Hi);

/// <summary>A job that a claim takes, before its body is read.</summary>
internal readonly record struct Taken(Candidate Job, ClaimPlace Place, bool ByAge);

/// <summary>One claim under way: what room is left, and what was taken.</summary>
internal sealed class ClaimRun(ClaimRequest request, long now)
{
    private readonly Dictionary<long, int> _taken = [];
    private readonly HashSet<long> _passedJobs = [];
    private readonly HashSet<long> _takenJobs = [];
    private int _slots = request.Slots;
    private int _express = request.ExpressSlots;
    private int _ahead = request.Prefetch;
    private bool _lastChance = request.RunsLastChance;

    public ClaimRequest Request => request;

    public long Now => now;

    /// <summary>The share of the starts of the queue at hand that may be retries while first attempts wait.</summary>
    public double RetryShare { get; private set; } = request.RetryShare;

    /// <summary>The share of its starts that go to the jobs that have waited longest.</summary>
    public double AgeingShare { get; private set; } = Ageing.Share;

    /// <summary>What came due before then has waited so long that some of it goes first.</summary>
    public long OldBefore { get; private set; } = now - Micros.Of(Ageing.After);

    /// <summary>Turns to another queue.</summary>
    public void At(QueueSettings? settings)
    {
        RetryShare = settings?.RetryShare ?? request.RetryShare;
        AgeingShare = settings?.AgeingShare ?? Ageing.Share;
        OldBefore = now - Micros.Of(settings?.AgeingAfter ?? Ageing.After);
    }

    /// <summary>The lines, by number, and their priorities in which something has waited so long.</summary>
    public List<(int Line, int Priority)> OldFronts { get; } = [];

    public List<Taken> Jobs { get; } = [];

    /// <summary>The runs that were locked, by their first number.</summary>
    public Dictionary<long, Run> Runs { get; } = [];

    /// <summary>The lease on its plain jobs; null while there are none.</summary>
    public HeldBatch? Held { get; set; }

    /// <summary>Keys whose locks this claim has.</summary>
    public HashSet<string> LockedKeys { get; } = [];

    /// <summary>How many jobs were put outside their line because their key was full.</summary>
    public int Holds { get; set; }

    /// <summary>How many jobs were looked at and left, because this worker has no room for their kind.</summary>
    public int Passes => _passedJobs.Count;

    /// <summary>How many more retries may start in the queue at hand.</summary>
    public int RetryRoom { get; set; } = int.MaxValue;

    public int RetriesTaken { get; private set; }

    public int Slots => _slots;

    public int ExpressSlots => _express;

    public int Wanted => _slots + _express + _ahead;

    /// <summary>With only urgent room left, only urgent jobs are looked at.</summary>
    public int LeastPriority => _slots + _ahead > 0 ? -1000 : request.ExpressFrom;

    public int RoomIn(Line line, int room) => Math.Max(0, room - _taken.GetValueOrDefault(line.Id));

    /// <summary>Leaves a job where it is; whether it was looked at for the first time.</summary>
    public bool PassOver(Candidate candidate) => _passedJobs.Add(candidate.Id);

    /// <summary>Where a job would go; null when there is no room for its kind.</summary>
    public ClaimPlace? Place(Candidate candidate)
    {
        if (_lastChance && LastChance.Is(candidate.Losses, request.LossCap))
        {
            return null;   // two such jobs at once, and the one that kills the worker would take the other along
        }

        return _slots > 0 ? ClaimPlace.Slot
            : _express > 0 && candidate.Priority >= request.ExpressFrom ? ClaimPlace.Express
            : _ahead > 0 && !candidate.Suspect ? ClaimPlace.Ahead
            : null;
    }

    /// <summary>Whether a job was taken already: one of a run stays in its row until the claim is written.</summary>
    public bool Has(long id) => _takenJobs.Contains(id);

    public void Took(Candidate candidate, ClaimPlace place, bool byAge)
    {
        _slots -= place == ClaimPlace.Slot ? 1 : 0;
        _express -= place == ClaimPlace.Express ? 1 : 0;
        _ahead -= place == ClaimPlace.Ahead ? 1 : 0;
        if (candidate.Failures > 0)
        {
            RetriesTaken++;
            RetryRoom -= RetryRoom == int.MaxValue ? 0 : 1;
        }

        _lastChance |= LastChance.Is(candidate.Losses, request.LossCap);
        _taken[candidate.Line.Id] = _taken.GetValueOrDefault(candidate.Line.Id) + 1;
        _takenJobs.Add(candidate.Id);
        Jobs.Add(new Taken(candidate, place, byAge));
    }
}
