using System.Diagnostics;

namespace TestKit;

/// <summary>A PostgreSQL server for the tests of one process: the one that <c>PAWL_TEST_POSTGRES</c> names, whose role may create
/// databases, else one of its own in a new folder, reached by a Unix socket in that folder and gone with the process.</summary>
/// <remarks>Its own server keeps nothing over a crash of the machine (<c>fsync=off</c>): durability is the subject of other
/// tests.</remarks>
internal sealed class PostgresCluster : IDisposable
{
    /// <summary>What to do where there is none.</summary>
    public const string Remedy =
        "install PostgreSQL 13 or newer (Debian: apt-get install postgresql), or set PAWL_TEST_POSTGRES to a connection string.";

    // The shell outlives a test run that is killed: its input ends with us, however we end, and then it clears up.
    private const string Guard = """
        trap '' INT TERM HUP
        umask 077
        dir=$(mktemp -d "$1/pawl-pg-XXXXXX") || exit 1
        start() {
            "$2/pg_ctl" -D "$dir/data" -w -t 180 -l "$dir/log" -o "-c listen_addresses= -k $dir -c max_connections=$3 -c fsync=off \
        -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c jit=off" start > /dev/null 2>&1
        }
        "$2/initdb" -D "$dir/data" -U pawl -A trust --no-sync -E UTF8 --locale=C.UTF-8 > "$dir/log" 2>&1 \
            && start "$@" && echo "ready $dir" || { cat "$dir/log"; echo failed; }
        while read -r word; do
            case "$word" in
                stop) "$2/pg_ctl" -D "$dir/data" -m immediate stop > /dev/null 2>&1 ;;
                start) start "$@" ;;
            esac
            echo "done $word"
        done
        "$2/pg_ctl" -D "$dir/data" -m immediate stop > /dev/null 2>&1
        rm -rf "$dir"
        """;

    private static readonly string[] Needed = ["initdb", "pg_ctl", "pg_basebackup"];

    private readonly Process? _guard;

    private PostgresCluster(string connectionString, Process? guard)
    {
        ConnectionString = connectionString;
        _guard = guard;
    }

    /// <summary>To the database of the server that is always there.</summary>
    public string ConnectionString { get; }

    /// <summary>Whether it is ours, and so goes with all its databases.</summary>
    public bool IsOwn => _guard is not null;

    /// <summary>Whether a server that is missing is a failure: on build servers and under <c>test.sh</c>.</summary>
    public static bool Required =>
        Environment.GetEnvironmentVariable("CI") == "true" || Environment.GetEnvironmentVariable("PAWL_TEST_ALL") == "1";

    /// <summary>Starts a server, or finds the one that was named; where neither can be had, says in one line why not.</summary>
    public static (PostgresCluster? Cluster, string? Lacking) Start()
    {
        if (Environment.GetEnvironmentVariable("PAWL_TEST_POSTGRES") is { Length: > 0 } given)
        {
            return (new PostgresCluster(given, null), null);
        }

        if (OperatingSystem.IsWindows())
        {
            return (null, "No PostgreSQL for the tests: set PAWL_TEST_POSTGRES to a connection string whose role may create databases.");
        }

        return StartOwn();
    }

    /// <summary>Starts a server that may be stopped, filled and broken, whatever other server there is.</summary>
    public static (PostgresCluster? Cluster, string? Lacking) StartOwn(int maxConnections = 300) => Programs() is { } programs
        ? StartOwn(programs, maxConnections)
        : (null, $"No PostgreSQL for the tests: {Remedy}");

    /// <summary>The folder of the server's programs; null where there are none.</summary>
    public static string? Programs() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(Versions().OrderByDescending(version => version.Number).Select(version => version.Folder))
            .FirstOrDefault(folder => Array.TrueForAll(Needed, program => File.Exists(Path.Combine(folder, program))));

    /// <summary>Ends all its processes at once, as a crash does; what was committed stays.</summary>
    public void Crash() => Tell("stop");

    /// <summary>Starts it again; done when it takes connections.</summary>
    public void Restart() => Tell("start");

    /// <summary>Stops the server, if it is ours, and takes its folder away.</summary>
    public void Dispose()
    {
        if (_guard is { } guard)
        {
            guard.StandardInput.Close();
            guard.WaitForExit(TimeSpan.FromSeconds(60));
            guard.Dispose();
        }
    }

    private void Tell(string word)
    {
        _guard!.StandardInput.WriteLine(word);
        _guard.StandardInput.Flush();
        while (_guard.StandardOutput.ReadLine() is { } line && line != $"done {word}")
        {
        }
    }

    private static (PostgresCluster? Cluster, string? Lacking) StartOwn(string programs, int maxConnections)
    {
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        var most = maxConnections.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var command = Keeper.AsOrdinaryUser("/bin/sh", "-c", Guard, "sh", Keeper.Folder, programs, most);
        start.FileName = command[0];
        Array.ForEach(command[1..], start.ArgumentList.Add);
        var guard = Process.Start(start)!;
        var said = new List<string>();
        while (guard.StandardOutput.ReadLine() is { } line && line != "failed")
        {
            if (line.StartsWith("ready ", StringComparison.Ordinal))
            {
                return (new PostgresCluster($"Host={line["ready ".Length..]};Username=pawl;Database=postgres", guard), null);
            }

            said.Add(line);
        }

        guard.StandardInput.Close();
        return (null, $"The PostgreSQL in {programs} did not start for the tests: {string.Join(' ', said)}");
    }

    private static IEnumerable<(int Number, string Folder)> Versions() =>
        from folder in Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : []
        where int.TryParse(Path.GetFileName(folder), out _)
        select (int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture), Path.Combine(folder, "bin"));
}
