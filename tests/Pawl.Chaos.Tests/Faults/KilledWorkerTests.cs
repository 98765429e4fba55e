using Npgsql;
using Pawl.Chaos.Tests.History;
using Pawl.Chaos.Tests.Kill;

namespace Pawl.Chaos.Tests.Faults;

public sealed class KilledWorkerTests(ITestOutputHelper output)
{
    private const string Leader = """
        select (w.facts::json ->> 'pid')::integer from pawl.leader l join pawl.worker w on w.id = l.worker_id where l.name = 'chores'
        """;

    // TTL and what a look at it may take; and the jobs of a leader that died wait for its successor first.
    private static readonly TimeSpan Lead = Load.Recovery;
    private static readonly TimeSpan Recovery = Load.Within((2 * Load.Lease) + TimeSpan.FromSeconds(5));

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private static int Kills => Load.Full ? 20 : 2;

    [Fact]
    public async Task A_leader_killed_under_load_is_followed_by_another_in_time_and_its_jobs_are_run_again()
    {
        using var server = Servers.Start();
        using var place = new Installation(server.ConnectionString, server.ConnectionString) { RecoveryLimit = Recovery };
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var asking = place.Start("ask");
        var workers = new List<Victim> { place.StartWorker(), place.StartWorker() };
        var killed = new HashSet<int>();
        try
        {
            await asking.ReadyAsync();
            await workers[0].ReadyAsync();
            await workers[1].ReadyAsync();
            for (var kill = 0; kill < Kills; kill++)
            {
                await workers[0].ReturnsAsync(20);
                await workers[1].ReturnsAsync(20);
                var leader = await LeaderAsync(source, workers);
                leader.Kill();
                killed.Add(leader.Pid);
                var death = await place.EndAsync(leader);
                workers.Remove(leader);
                await LeaderAsync(source, workers);
                var followed = TimeProvider.System.GetElapsedTime(death.Mono);
                output.WriteLine($"the next leader after {followed}");
                Assert.True(followed <= Lead, $"The next leader came after {followed}.");

                // One that dies before it has watched the first one's silence leaves both to the third, who begins anew.
                await Workers.MissedAsync(source, leader);

                workers.Add(place.StartWorker());
                await workers[^1].ReadyAsync();
            }

            await place.StopAsync(asking);
            await place.StopAsync([.. workers]);
            var run = Proof.Proven(await place.DrainAsync());
            output.WriteLine(Figures.Of(run));

            // Released where it was taken ahead and its begin not told yet: then it does not count against the job.
            Assert.Contains(
                run.Stored.Attempts, attempt => killed.Contains(attempt.Pid) && attempt.Outcome is "lost" or "released");
        }
        finally
        {
            foreach (var worker in workers)
            {
                await worker.DisposeAsync();
            }
        }
    }

    /// <summary>Waits until one of the processes leads.</summary>
    private static async Task<Victim> LeaderAsync(NpgsqlDataSource source, List<Victim> workers)
    {
        await using var command = source.CreateCommand(Leader);
        using var tick = new PeriodicTimer(Look, TimeProvider.System);
        for (var looks = 0; looks < 2 * Lead / Look; looks++)
        {
            var pid = await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) as int?;
            if (workers.Find(worker => worker.Pid == pid) is { } leader)
            {
                return leader;
            }

            await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        throw new TimeoutException("None of the processes leads.");
    }
}
