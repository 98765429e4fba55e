using System.Globalization;
using Pawl.Chaos.Tests.Faults;
using Pawl.Chaos.Tests.History;

namespace Pawl.Chaos.Tests.Kill;

/// <summary>A database, the folder of its logs, and the lives of the processes on it, one after another.</summary>
/// <param name="lossCap">At how many losses a job ends.</param>
/// <param name="seed">Where chance begins.</param>
/// <param name="database">The database file; null for one in a folder of its own.</param>
internal sealed class Course(int lossCap = 3, int seed = 1, string? database = null) : IDisposable
{
    // Lease and what the sweep may add, as the victim is set.
    private static readonly TimeSpan RecoveryLimit = Load.Recovery;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TempFolder _folder = new();
    private readonly List<Life> _lives = [];
    private readonly List<Fault> _faults = [];

    public string Path => database ?? _folder["jobs.db"];

    public IReadOnlyList<Life> Lives => _lives;

    /// <summary>Starts the next life.</summary>
    public Victim Start(string mode, params string[] settings) => StartUnder(Surroundings.None, mode, settings);

    public Victim StartUnder(Surroundings around, string mode, params string[] settings) => Victim.StartUnder(
        around, mode, Path, _folder.FullPath, ["--life", Word(_lives.Count + 1), "--loss-cap", Word(lossCap), "--seed", Word(seed),
            .. settings]);

    /// <summary>Waits for the end of a life and writes it down.</summary>
    public async Task<Death> EndAsync(Victim victim)
    {
        var death = await victim.EndAsync();
        _lives.Add(new()
        {
            Number = _lives.Count + 1,
            Pid = victim.Pid,
            Killed = death.Exit != 0,
            ReadyAt = victim.ReadyAt,
            DeadMono = death.Mono,
            DeadAt = death.At,
        });
        return death;
    }

    /// <summary>A life that only runs what is open, to its end.</summary>
    public async Task DrainAsync()
    {
        await using var victim = Start("drain");
        await victim.ReadyAsync();
        var death = await EndAsync(victim);
        Assert.True(death.Exit == 0, $"The drain ended with {death}");
    }

    /// <summary>Does something to the store, and writes it down.</summary>
    public async Task<Fault> HarmAsync(string what, Func<Task> harm)
    {
        var (mono, at) = (Clock.Timestamp, Clock.Micros);
        await harm();
        _faults.Add(new(what, mono, Clock.Timestamp, at, Clock.Micros));
        return _faults[^1];
    }

    /// <summary>The calls that were written down so far.</summary>
    public IReadOnlyList<Call> Calls() => Logs.Read<Call>(_folder["calls.log"], 1 + _lives.Count);

    /// <summary>Waits until callers were told something.</summary>
    public async Task ToldAsync(long since, string what)
    {
        using var tick = new PeriodicTimer(Look, TimeProvider.System);
        for (var looks = 0; looks < Patience / Look; looks++)
        {
            if (Calls().Any(call => call.Mono > since && call.Error?.Contains(what, StringComparison.Ordinal) == true))
            {
                return;
            }

            await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        Assert.Fail($"Nobody was told: {what}");
    }

    /// <summary>Whether the file would pass SQLite's own check, on a copy: the next life must find it as the last one left it.</summary>
    public string Integrity()
    {
        if (!File.Exists(Path))
        {
            return "ok";   // killed before there was one
        }

        var copy = _folder["copy.db"];
        foreach (var (from, to) in ((string, string)[])[(Path, copy), ($"{Path}-wal", $"{copy}-wal")])
        {
            if (File.Exists(from))
            {
                File.Copy(from, to, overwrite: true);
            }
            else
            {
                File.Delete(to);
            }
        }

        using var database = new Database(copy);
        return database.Integrity();
    }

    public Run Read()
    {
        using var database = new Database(Path);
        var kills = _lives.Count(life => life.Killed);
        return new()
        {
            Calls = Logs.Read<Call>(_folder["calls.log"], kills),
            Effects = Logs.Read<Effect>(_folder["effects.log"], kills),
            Lives = _lives,
            Stored = database.Read(),
            LossCap = lossCap,
            RecoveryLimit = RecoveryLimit,
            Faults = _faults,
        };
    }

    public void Dispose() => _folder.Dispose();

    private static string Word(int number) => number.ToString(CultureInfo.InvariantCulture);
}
