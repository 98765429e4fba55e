using System.Globalization;
using Npgsql;
using Pawl.Chaos.Tests.Kill;
using Pawl.Chaos.Tests.Report;

namespace Pawl.Chaos.Tests.Faults;

[Trait("run", "full")]
public sealed class BrokenNetworkTests(ITestOutputHelper output)
{
    private static readonly int Partitions = Load.Full ? 10 : 3;
    private const int OneIn = 50;
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(400);

    [Fact]
    public async Task Connections_that_fall_silent_are_given_up_and_made_anew()
    {
        var row = FaultRow.Begin(output, "F10", "PostgreSQL", "all connections half-open for 60 s");
        using var server = Servers.Start();
        await using var proxy = new FaultProxy(server.Port);
        using var place = new Installation(Through(server, proxy), server.ConnectionString);
        await Load.RunAsync(place, output, row, async worker =>
        {
            await place.HarmAsync("silence", async () =>
            {
                proxy.Silent = true;
                await Load.PassAsync(Long);
                proxy.Silent = false;
            });
            await worker.ReturnsAsync(Load.Between);
        }, rate: false);
        row.Count(1);
        row.Passed();
    }

    [Fact]
    public async Task A_slow_network_that_breaks_now_and_then_costs_no_lease()
    {
        var row = FaultRow.Begin(output, "F12", "PostgreSQL", "latency of 0 to 400 ms, 2 % of requests reset");
        using var server = Servers.Start();
        await using var proxy = new FaultProxy(server.Port);

        // As they are unless somebody sets them: a sign of life that has to come within a second would say more of this network's whims.
        using var place = new Installation(Through(server, proxy), server.ConnectionString)
        {
            Lease = TimeSpan.FromSeconds(30), Beat = TimeSpan.FromSeconds(10),
        };
        var run = await Load.RunAsync(place, output, row, async worker =>
        {
            await place.HarmAsync("slow network", async () =>
            {
                proxy.Latency = Latency;
                proxy.ResetOneIn = OneIn;
                await Load.PassAsync(Long);
                proxy.ResetOneIn = 0;
                proxy.Latency = TimeSpan.Zero;
            });
            await worker.ReturnsAsync(Load.Between);
        }, rate: false);
        Assert.DoesNotContain(run.Stored.Attempts, attempt => attempt.IsTaken);
        row.Count(proxy.Resets);
        row.Passed();
    }

    [Fact]
    public async Task A_worker_that_is_cut_off_loses_its_leases_and_its_late_ends_are_refused()
    {
        var row = FaultRow.Begin(output, "F13", "PostgreSQL", "partition of a worker until its leases ran out");
        using var server = Servers.Start();
        await using var proxy = new FaultProxy(server.Port);
        using var place = new Installation(server.ConnectionString, server.ConnectionString);
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var leading = place.Start("lead");
        await leading.ReadyAsync();
        await using var asking = place.Start("ask");
        await using var steady = place.StartWorker();
        await using var cut = place.StartThrough(Through(server, proxy), "work", "--slots", "8");
        await Task.WhenAll(asking.ReadyAsync(), steady.ReadyAsync(), cut.ReadyAsync());
        for (var time = 1; time <= Partitions; time++)
        {
            await cut.ReturnsAsync(50);
            await place.HarmAsync("partition", async () =>
            {
                proxy.Silent = true;
                await Workers.MissedAsync(source, cut);
                proxy.Silent = false;
            });
            row.Count(time);
        }

        await cut.ReturnsAsync(50);
        await place.StopAsync(asking);
        await place.StopAsync(steady, cut, leading);
        var run = row.Prove(await place.DrainAsync());
        output.WriteLine(Figures.Of(run));
        Assert.Contains(run.Stored.Attempts, attempt => attempt.Pid == cut.Pid && attempt.IsTaken);
        var stale = run.Stored.Events.Count(happened => happened.Kind == "stale_write");
        Assert.True(stale > 0, "No late write was refused.");
        row.Passed(string.Create(CultureInfo.InvariantCulture, $"{stale} late writes refused"));
    }

    private static string Through(PostgresServer server, FaultProxy proxy) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString) { Port = proxy.Port }.ConnectionString;
}
