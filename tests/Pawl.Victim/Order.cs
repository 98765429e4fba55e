using System.Globalization;

namespace Pawl.Victim;

/// <summary>What this process was told to do.</summary>
/// <param name="Mode"><c>load</c>: enqueue and run until killed. <c>drain</c>: run until nothing is open. <c>poison</c>: the first life
/// enqueues a job that kills its process and its neighbours; each drains. <c>long</c>: the first life enqueues long jobs; each runs until
/// stopped. <c>ask</c>: enqueue and run nothing, until stopped. <c>work</c>: run and enqueue nothing, until stopped. <c>bear</c>: both, and
/// go on whatever fails, until stopped. <c>lead</c>: neither, but sweep and lead,
/// until stopped. <c>few</c>: enqueue a few and run until nothing is open.</param>
/// <param name="Database">The database file of SQLite, or the connection string to a database of PostgreSQL.</param>
/// <param name="Folder">Where the logs are.</param>
/// <param name="Life">Which life of a process on this database, from 1.</param>
/// <param name="Seed">What chance begins with.</param>
/// <param name="LossCap">At how many losses a job ends.</param>
/// <param name="Way">How the poison kills: <c>kill</c>, <c>failfast</c>, <c>exit</c>, <c>overflow</c>, <c>async_void</c> or
/// <c>memory</c>.</param>
/// <param name="Slots">How many jobs run at once.</param>
/// <param name="Jobs">How many jobs <c>ask</c> creates before it stops by itself; 0: no end.</param>
/// <param name="Milliseconds">How long all plain jobs that <c>ask</c> creates take; 0: 50 to 300 ms.</param>
/// <param name="Knows"><c>all</c> types, or only the <c>plain</c> one, as a program of an older version would.</param>
/// <param name="Minutes">The longest that it lives.</param>
/// <param name="Lease">The lease of its worker in seconds.</param>
/// <param name="Beat">How often its worker says that it lives, in seconds.</param>
internal sealed record Order(
    string Mode,
    string Database,
    string Folder,
    int Life,
    int Seed,
    int LossCap,
    string Way,
    int Slots,
    int Jobs,
    int Milliseconds,
    string Knows,
    int Minutes,
    int Lease,
    int Beat)
{
    private static readonly string[] Modes = ["load", "drain", "poison", "long", "ask", "work", "bear", "lead", "few"];

    private const string Usage = """
        usage: Pawl.Victim load|drain|poison|long|ask|work|bear|lead|few <database> <folder> [--life N] [--seed N]
            [--loss-cap N] [--way kill|failfast|exit|overflow|async_void|memory] [--slots N] [--jobs N] [--milliseconds N]
            [--knows all|plain] [--minutes N] [--lease N] [--beat N]
        """;

    /// <summary>Whether the jobs are kept in PostgreSQL.</summary>
    public bool Shared => Database.Contains("Host=", StringComparison.Ordinal);

    /// <summary>Whether its callers go on when a call fails.</summary>
    public bool Bears => Mode is "ask" or "bear";

    public static Order Parse(string[] words)
    {
        if (words.Length < 3 || words.Length % 2 == 0 || !Modes.Contains(words[0]))
        {
            throw new FormatException(Usage);
        }

        // Of two the last one counts.
        var settings = words[3..].Chunk(2).GroupBy(pair => pair[0]).ToDictionary(pairs => pairs.Key, pairs => pairs.Last()[1]);
        return new(
            words[0],
            words[1],
            words[2],
            Number("--life", 1),
            Number("--seed", 1),
            Number("--loss-cap", 3),
            settings.GetValueOrDefault("--way", "kill"),
            Number("--slots", 12),
            Number("--jobs", 0),
            Number("--milliseconds", 0),
            settings.GetValueOrDefault("--knows", "all"),
            Number("--minutes", 2),
            Number("--lease", 5),
            Number("--beat", 1));

        int Number(string name, int otherwise) =>
            settings.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }
}
