namespace Pawl.Sqlite;

/// <summary>What the writer remembers of queues: limits, pauses and how many starts they have had.</summary>
internal sealed class Queues
{
    private const string SelectPauses = "select queue, type from pause";
    private const string SelectLimits = "select queue, max_running from queue_limit";
    private const string SelectSettings = """
        select queue, retry_share, ageing_share, ageing_after_us from queue_setting
        where retry_share is not null or ageing_share is not null or ageing_after_us is not null
        """;

    private const string SelectKeys = "select key, max_running from key_limit";

    private readonly HashSet<string> _pausedQueues = [];
    private readonly HashSet<string> _pausedTypes = [];
    private readonly Dictionary<string, int> _maxRunning = [];
    private readonly Dictionary<string, QueueSettings> _settings = [];
    private readonly Dictionary<string, int> _keyMaxRunning = [];
    private readonly Dictionary<string, Memory> _memories = [];
    private readonly List<Memory> _touched = [];
    private uint _turnBefore;

    /// <summary>Whose turn it is among the queues: the next one's with each claim that got something.</summary>
    public uint Turn { get; set; }

    public void Load(Connection db)
    {
        _pausedQueues.Clear();
        _pausedTypes.Clear();
        _maxRunning.Clear();
        _keyMaxRunning.Clear();
        _settings.Clear();
        for (var pauses = db.Use(SelectPauses); pauses.Step();)
        {
            _ = pauses.Text(1).Length == 0 ? _pausedQueues.Add(pauses.Text(0)) : _pausedTypes.Add(pauses.Text(1));
        }

        for (var limits = db.Use(SelectLimits); limits.Step();)
        {
            _maxRunning[limits.Text(0)] = limits.Int(1);
        }

        for (var row = db.Use(SelectSettings); row.Step();)
        {
            _settings[row.Text(0)] = new QueueSettings
            {
                RetryShare = row.DoubleOrNull(1), AgeingShare = row.DoubleOrNull(2), AgeingAfter = row.LengthOrNull(3),
            };
        }

        for (var keys = db.Use(SelectKeys); keys.Step();)
        {
            _keyMaxRunning[keys.Text(0)] = keys.Int(1);
        }
    }

    public bool IsPaused(string queue, string type) => _pausedQueues.Contains(queue) || _pausedTypes.Contains(type);

    public int MaxRunning(string queue) => _maxRunning.GetValueOrDefault(queue, int.MaxValue);

    /// <summary>What an operator set for the starts of a queue; null for nothing.</summary>
    public QueueSettings? SettingsOf(string queue) => _settings.GetValueOrDefault(queue);

    /// <summary>How many jobs of a key run at once: 1 unless somebody set it.</summary>
    public int KeyMaxRunning(string key) => _keyMaxRunning.GetValueOrDefault(key, 1);

    /// <summary>What a queue's starts have been so far; what is changed there stands when the transaction does.</summary>
    public Memory Of(string queue, DateTimeOffset now)
    {
        if (!_memories.TryGetValue(queue, out var memory))
        {
            _memories.Add(queue, memory = new Memory(now));
        }

        if (memory.Touch())
        {
            _touched.Add(memory);
        }

        return memory;
    }

    /// <summary>Whether a retry of a queue could start beside first attempts that wait.</summary>
    public bool HasRetryRoom(string queue, DateTimeOffset now, double share, TimeSpan window) =>
        _memories.GetValueOrDefault(queue)?.Budget.Room(now, 1, share, window) > 0;

    public void Committed()
    {
        _touched.ForEach(memory => memory.Keep());
        _touched.Clear();
        _turnBefore = Turn;
    }

    public void RolledBack()
    {
        _touched.ForEach(memory => memory.Restore());
        _touched.Clear();
        Turn = _turnBefore;
    }

    /// <summary>Counters that steer fairness; losing them with the process harms nobody.</summary>
    internal sealed class Memory(DateTimeOffset now)
    {
        private (long Starts, long RetryTurns, RetryBudget Budget)? _before;

        /// <summary>Starts so far: of every ten, one goes to the job that waited longest.</summary>
        public long Starts { get; set; }

        /// <summary>How many retries could have started so far: of every ten, one is that which waited longest.</summary>
        public long RetryTurns { get; set; }

        /// <summary>What the retries owe to first attempts.</summary>
        public RetryBudget Budget { get; set; } = RetryBudget.Begin(now);

        public bool Touch()
        {
            var first = _before is null;
            _before ??= (Starts, RetryTurns, Budget);
            return first;
        }

        public void Keep() => _before = null;

        public void Restore()
        {
            (Starts, RetryTurns, Budget) = _before ?? (Starts, RetryTurns, Budget);
            _before = null;
        }
    }
}
