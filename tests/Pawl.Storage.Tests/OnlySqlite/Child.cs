using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Pawl.Sqlite;

namespace Pawl.Storage.Tests.OnlySqlite;

/// <summary>A second process that opens a database: this program again, which then does as it is asked instead of running tests.</summary>
internal sealed class Child : IAsyncDisposable
{
    private const string Asked = "PAWL_TEST_CHILD";
    private readonly Process _process;

    private Child(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>A process that has the file open, and does nothing with it until it is ended.</summary>
    public static Task<Child> HoldAsync(string path, CancellationToken cancellationToken) => StartAsync($"hold {path}", cancellationToken);

    /// <summary>A process that stores, claims and ends jobs until it is killed, and prints the number of each job it was
    /// promised.</summary>
    public static Task<Child> LoadAsync(string path, CancellationToken cancellationToken) => StartAsync($"load {path}", cancellationToken);

    public async Task<string> ReadLineAsync(CancellationToken cancellationToken) =>
        await _process.StandardOutput.ReadLineAsync(cancellationToken).AsTask()
            .WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, cancellationToken)
        ?? throw new InvalidOperationException($"The child ended: {await _process.StandardError.ReadToEndAsync(cancellationToken)}");

    /// <summary>Kills it as a power cut would; what it had printed until then is still to be read.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public async Task<IReadOnlyList<string>> RestAsync(CancellationToken cancellationToken) =>
        (await _process.StandardOutput.ReadToEndAsync(cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    [ModuleInitializer]
    internal static void DoAsAsked()
    {
        if (Environment.GetEnvironmentVariable(Asked)?.Split(' ', 2) is not [var what, var path])
        {
            return;
        }

        try
        {
            Do(what, path);
            Environment.Exit(0);
        }
        catch (Exception error) when (error is PawlException or IOException)
        {
            Console.Error.WriteLine(error.Message);
            Environment.Exit(1);
        }
    }

    private static async Task<Child> StartAsync(string asked, CancellationToken cancellationToken)
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(Child).Assembly.Location);
        }

        start.Environment[Asked] = asked;
        var child = new Child(Process.Start(start)!);
        try
        {
            Assert.Equal("ready", await child.ReadLineAsync(cancellationToken));
            return child;
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    // Until this returns, no other thread may run code of this program, nor use a type of it: hence no await, no lambda handed over, and
    // plain arrays, because a collection expression would be a type of this program's own.
    private static void Do(string what, string path)
    {
        var store = SqliteStore.Open($"Data Source={path}");
        Await(store.MigrateAsync(apply: true, default));
        Console.WriteLine("ready");
        if (what == "hold")
        {
            Console.In.ReadToEnd();   // ends when the parent does, so that no child outlives a broken run
            return;
        }

        var worker = Await(store.RegisterAsync(
            new WorkerFacts { Name = "w", Host = "h", Pid = 1, Version = "1", Slots = 4 }, DateTimeOffset.UnixEpoch, default));
        for (var round = 0UL; ; round++)
        {
            var now = DateTimeOffset.UnixEpoch.AddSeconds(round);
            var job = new NewJob { Type = "mail", Queue = "default", Payload = "{}"u8.ToArray() };
            foreach (var stored in Await(store.EnqueueAsync(new EnqueueRequest(new[] { job, job, job }, now), default)).Jobs)
            {
                Console.WriteLine(stored.Id.Value.ToString(CultureInfo.InvariantCulture));
            }

            var claimed = Await(store.ClaimAsync(
                new ClaimRequest
                {
                    WorkerId = worker,
                    Token = new LeaseToken(1, round),
                    Now = now,
                    Lines = new ClaimLine[] { new("default", "mail", 9) },
                    Slots = 2,
                },
                default));
            var end = new Settlement { Lease = claimed[0].Lease, Outcome = Outcome.Succeeded, Event = JobEvent.Completed };
            Await(store.SettleAsync(new[] { end }, now, default));
        }
    }

    private static T Await<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();
}
