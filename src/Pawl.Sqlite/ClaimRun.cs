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

    /// <summary>A first attempt with nothing that other jobs or loops look for: its batch's lease is enough.</summary>
    public bool Plain => Attempt == 0 && ConcurrencyKey is null && StartBy is null;

    public static Candidate Of(Statement row, Line line, int room) => new(line, room)
    {
        Id = row.Long(0),
        Priority = row.Int(1),
        RunAt = row.Long(2),
        Losses = row.Int(3),
        Suspect = row.Int(3) > 0 || row.Int(4) > 0,
        ConcurrencyKey = row.TextOrNull(5),
        Attempt = row.Int(6),
        Generation = row.Int(7),
        Failures = row.Int(8),
        Snoozes = row.Int(9),
        MaxAttempts = row.Int(10),
        Recoveries = row.Int(11),
        UniqueKey = row.TextOrNull(12),
        StartBy = row.LongOrNull(13),
    };
}

/// <summary>One claim under way: what room is left, and what was taken.</summary>
internal sealed class ClaimRun(ClaimRequest request, long now, int batchLeaseFrom)
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

    public int BatchLeaseFrom => batchLeaseFrom;

    /// <summary>The job whose body was read last, while its statement stands there.</summary>
    public long? LastBody { get; set; }

    /// <summary>The lease on all that need none of their own; null until the first.</summary>
    public BatchLease? Lease { get; private set; }

    public List<Claimed> Jobs { get; } = [];

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
        if (_lastChance && LastChance.Is(candidate.Losses, request.LossCap))
        {
            return null;   // two such jobs at once, and the one that kills the worker would take the other along
        }

        return _slots > 0 ? ClaimPlace.Slot
            : _express > 0 && candidate.Priority >= request.ExpressFrom ? ClaimPlace.Express
            : _ahead > 0 && !candidate.Suspect ? ClaimPlace.Ahead
            : null;
    }

    public BatchLease LeaseOf(Batch batch) => Lease ??= batch.Leases.Begin(request.WorkerId, request.Token, now);

    public void Took(Candidate candidate, ClaimPlace place, Claimed job)
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
        Jobs.Add(job);
    }
}
