using System.Globalization;
using Pawl.Chaos.Tests.History;
using Pawl.Chaos.Tests.Kill;

namespace Pawl.Chaos.Tests.Faults;

/// <summary>A database in PostgreSQL, the folder of the logs, and the processes that share it.</summary>
/// <param name="connectionString">What the processes are given.</param>
/// <param name="direct">How the test reads the tables in the end.</param>
/// <param name="lossCap">At how many losses a job ends.</param>
internal sealed class Installation(string connectionString, string direct, int lossCap = 10) : IDisposable
{
    private const int Minutes = 20;

    private readonly TempFolder _folder = new();
    private readonly List<Life> _lives = [];
    private readonly List<Fault> _faults = [];
    private readonly Dictionary<Victim, int> _numbers = [];

    /// <summary>Within how long the jobs of a dead process are offered again: the lease, and what the sweep may add.</summary>
    public TimeSpan RecoveryLimit { get; init; } = Load.Recovery;

    /// <summary>The lease of the workers.</summary>
    public TimeSpan Lease { get; init; } = Load.Lease;

    /// <summary>How often they say that they live.</summary>
    public TimeSpan Beat { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Starts one more process.</summary>
    public Victim Start(string mode, params string[] settings) => StartThrough(connectionString, mode, settings);

    /// <summary>Starts one more process, which has a way of its own to the database.</summary>
    public Victim StartThrough(string way, string mode, params string[] settings)
    {
        var number = _numbers.Count + 1;
        var victim = Victim.Start(
            mode,
            way,
            _folder.FullPath,
            [
                "--life", Word(number), "--loss-cap", Word(lossCap), "--minutes", Word(Minutes),
                "--lease", Word((int)Lease.TotalSeconds), "--beat", Word((int)Beat.TotalSeconds), .. settings,
            ]);
        _numbers.Add(victim, number);
        return victim;
    }

    /// <summary>Starts one that runs jobs, as many at a time as the load of a fault run asks for.</summary>
    public Victim StartWorker() => Start("work", "--slots", "8");

    /// <summary>Waits for the end of a process and writes it down.</summary>
    public async Task<Death> EndAsync(Victim victim)
    {
        var death = await victim.EndAsync();
        _lives.Add(new()
        {
            Number = _numbers[victim],
            Pid = victim.Pid,
            Killed = death.Exit != 0,
            ReadyAt = victim.ReadyAt,
            DeadMono = death.Mono,
            DeadAt = death.At,
        });
        return death;
    }

    /// <summary>Asks processes to stop, and expects that they do so in good order.</summary>
    public async Task StopAsync(params Victim[] victims)
    {
        Array.ForEach(victims, victim => victim.Ask());
        foreach (var victim in victims)
        {
            var death = await EndAsync(victim);
            Assert.True(death.Exit == 0, $"It ended with {death}");
        }
    }

    /// <summary>Does something to the store or to a process, and writes it down.</summary>
    public async Task<Fault> HarmAsync(string what, Func<Task> harm)
    {
        var (mono, at) = (Clock.Timestamp, Clock.Micros);
        await harm();
        _faults.Add(new(what, mono, Clock.Timestamp, at, Clock.Micros));
        return _faults[^1];
    }

    /// <summary>Runs what is open to its end, and reads all there is to know.</summary>
    public async Task<Run> DrainAsync()
    {
        await using var victim = Start("drain");
        await victim.ReadyAsync();
        var death = await EndAsync(victim);
        Assert.True(death.Exit == 0, $"The drain ended with {death}");
        return await ReadAsync();
    }

    public async Task<Run> ReadAsync()
    {
        await using var database = new PostgresDatabase(direct);
        var kills = _lives.Count(life => life.Killed);
        return new()
        {
            Calls = [.. Read<Call>("calls", kills).OrderBy(call => call.Mono)],
            Effects = [.. Read<Effect>("effects", kills).OrderBy(effect => effect.Mono)],
            Lives = [.. _lives.OrderBy(life => life.Number)],
            Stored = await database.ReadAsync(),
            LossCap = lossCap,
            RecoveryLimit = RecoveryLimit,
            LeaseTtl = Lease,
            Faults = _faults,
            Together = true,
        };
    }

    public void Dispose() => _folder.Dispose();

    private IEnumerable<T> Read<T>(string name, int kills) =>
        Enumerable.Range(1, _numbers.Count).SelectMany(life => Logs.Read<T>(_folder[$"{name}-{Word(life)}.log"], kills));

    private static string Word(int number) => number.ToString(CultureInfo.InvariantCulture);
}
