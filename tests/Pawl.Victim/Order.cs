using System.Globalization;

namespace Pawl.Victim;

/// <summary>What this process was told to do.</summary>
/// <param name="Mode"><c>load</c>: enqueue and run until killed. <c>drain</c>: run until nothing is open. <c>poison</c>: the first life
/// enqueues a job that kills its process and its neighbours; each drains. <c>long</c>: the first life enqueues long jobs; each runs until
/// stopped.</param>
/// <param name="Database">The database file.</param>
/// <param name="Folder">Where the logs are.</param>
/// <param name="Life">Which life of the process on this database, from 1.</param>
/// <param name="Seed">What chance begins with.</param>
/// <param name="LossCap">At how many losses a job ends.</param>
/// <param name="Way">How the poison kills: <c>kill</c> or <c>failfast</c>.</param>
internal sealed record Order(string Mode, string Database, string Folder, int Life, int Seed, int LossCap, string Way)
{
    private const string Usage =
        "usage: Pawl.Victim load|drain|poison|long <database> <folder> [--life N] [--seed N] [--loss-cap N] [--way kill|failfast]";

    public static Order Parse(string[] words)
    {
        if (words.Length < 3 || words.Length % 2 == 0 || words[0] is not ("load" or "drain" or "poison" or "long"))
        {
            throw new FormatException(Usage);
        }

        var settings = words[3..].Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        var way = settings.GetValueOrDefault("--way", "kill");
        return new(words[0], words[1], words[2], Number("--life", 1), Number("--seed", 1), Number("--loss-cap", 3), way);

        int Number(string name, int otherwise) =>
            settings.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }
}
