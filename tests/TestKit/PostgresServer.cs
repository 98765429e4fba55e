using System.Globalization;

namespace TestKit;

/// <summary>A PostgreSQL server of one test, on a port of this machine, which the test may stop at once, start again, copy and promote. It
/// keeps what it acknowledged over such a stop.</summary>
internal sealed class PostgresServer : IDisposable
{
    private const string Functions = """
        begin() { bin=$1; port=$2; }
        do_init() { "$bin/initdb" -D "$dir/data" -U pawl -A trust --no-sync -E UTF8 --locale=C.UTF-8; }
        do_copy() { "$bin/pg_basebackup" -D "$dir/data" -d "$1" -R -X stream --checkpoint=fast --no-sync; }
        do_start() {
            "$bin/pg_ctl" -D "$dir/data" -w -t 180 -l "$dir/log" -o "-c listen_addresses=127.0.0.1 -c port=$port -k $dir \
        -c max_connections=200 -c jit=off -c fsync=on -c synchronous_commit=on -c wal_level=replica -c hot_standby=on \
        -c shared_buffers=64MB" start
        }
        do_crash() { "$bin/pg_ctl" -D "$dir/data" -m immediate stop; }
        family() { set -- "$(head -n 1 "$dir/data/postmaster.pid")"; echo "$1"; cat "/proc/$1/task/$1/children"; }
        do_hang() { kill -STOP $(family); }
        do_wake() { kill -CONT $(family); }
        do_promote() { "$bin/pg_ctl" -D "$dir/data" -w promote; }
        end() { do_crash; }
        """;

    private readonly Keeper _keeper;

    private PostgresServer(string programs)
    {
        Port = Keeper.FreePort();
        _keeper = new(Functions, programs, Port.ToString(CultureInfo.InvariantCulture));
    }

    public int Port { get; }

    /// <summary>To the database of the server that is always there.</summary>
    public string ConnectionString =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username=pawl;Database=postgres;Timeout=5");

    /// <summary>Starts one with nothing in it.</summary>
    public static PostgresServer Start(string programs) => Start(programs, "init");

    /// <summary>Starts one that copies this one and follows it.</summary>
    public PostgresServer Replica(string programs) =>
        Start(programs, string.Create(CultureInfo.InvariantCulture, $"copy postgresql://pawl@127.0.0.1:{Port}/postgres"));

    /// <summary>Stops it at once, as a crash would.</summary>
    public void Crash() => _keeper.Do("crash");

    /// <summary>Starts it again; it recovers by itself, and answers when this returns.</summary>
    public void Restart() => _keeper.Do("start");

    /// <summary>Holds all of its processes where they are.</summary>
    public void Hang() => _keeper.Do("hang");

    /// <summary>Lets them go on as if nothing had been.</summary>
    public void Wake() => _keeper.Do("wake");

    /// <summary>Makes a replica the primary.</summary>
    public void Promote() => _keeper.Do("promote");

    public void Dispose() => _keeper.Dispose();

    private static PostgresServer Start(string programs, string fill)
    {
        var server = new PostgresServer(programs);
        try
        {
            server._keeper.Do(fill);
            server._keeper.Do("start");
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }
}
