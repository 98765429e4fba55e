using System.Globalization;

namespace TestKit;

/// <summary>A PgBouncer in transaction mode before a server, on a port of this machine.</summary>
internal sealed class PgBouncer : IDisposable
{
    // SIGKILL by its number, and wait until it is gone: the next one wants its port. Started again, it is there when it has its port.
    private const string Functions = """
        begin() {
            program=$1; port=$2; child=
            cat > "$dir/ini" <<END
        [databases]
        * = host=$3 port=$4
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = $port
        unix_socket_dir =
        auth_type = trust
        auth_file = $dir/users
        pool_mode = transaction
        max_client_conn = 1000
        default_pool_size = 40
        ignore_startup_parameters = extra_float_digits
        END
            echo "\"$5\" \"\"" > "$dir/users"
        }
        do_start() {
            "$program" -q "$dir/ini" >> "$dir/log" 2>&1 < /dev/null &
            child=$!
            try=0
            while [ $try -lt 600 ]; do
                try=$((try + 1))
                kill -0 $child || return 1
                grep -q "$(printf ':%04X 00000000:0000 0A' $port)" /proc/net/tcp && return 0
                sleep 0.1
            done
            return 1
        }
        do_kill() { kill -9 $child; wait $child; child=; }
        end() { [ -z "$child" ] || do_kill; }
        """;

    private readonly Keeper _keeper;

    private PgBouncer(string program, string host, int port, string user)
    {
        Port = Keeper.FreePort();
        _keeper = new(Functions, program, Word(Port), host, Word(port), user);
    }

    public int Port { get; }

    /// <summary>The program; null where there is none.</summary>
    public static string? Program =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin")
            .Select(folder => Path.Combine(folder, "pgbouncer")).FirstOrDefault(File.Exists);

    /// <summary>Starts one before a server that asks for no password.</summary>
    /// <param name="program">The program.</param>
    /// <param name="host">Of the server: its name, or the folder of its socket.</param>
    /// <param name="port">Of the server.</param>
    /// <param name="user">The only one that is let through.</param>
    public static PgBouncer Start(string program, string host, int port, string user)
    {
        var bouncer = new PgBouncer(program, host, port, user);
        try
        {
            bouncer.Restart();
            return bouncer;
        }
        catch
        {
            bouncer.Dispose();
            throw;
        }
    }

    /// <summary>kill -9.</summary>
    public void Kill() => _keeper.Do("kill");

    public void Restart() => _keeper.Do("start");

    public void Dispose() => _keeper.Dispose();

    private static string Word(int number) => number.ToString(CultureInfo.InvariantCulture);
}
