using Npgsql;
using Pawl.Chaos.Tests.Report;

namespace Pawl.Chaos.Tests.Faults;

public sealed class AmbiguousCommitTests(ITestOutputHelper output)
{
    private const int OneIn = 20;
    private const int Enough = 20;

    [Fact]
    public async Task A_commit_whose_answer_never_comes_doubles_no_keyed_job_and_ends_no_attempt_twice()
    {
        var row = FaultRow.Begin(output, "F11", "PostgreSQL", "reply to a commit dropped, 1 in 20");
        using var server = Servers.Start();
        await using var proxy = new FaultProxy(server.Port);
        var through = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Port = proxy.Port }.ConnectionString;
        using var place = new Installation(through, server.ConnectionString);
        var run = await Load.RunAsync(place, output, row, async worker =>
        {
            await place.HarmAsync("ambiguous commits", async () =>
            {
                proxy.DropOneIn = OneIn;
                await worker.ReturnsAsync(Load.Between * 3);
                while (proxy.Dropped < Enough)
                {
                    await worker.ReturnsAsync(Load.Between);   // a slow machine puts more into each commit
                }

                proxy.DropOneIn = 0;
            });
            await worker.ReturnsAsync(Load.Between);
        });

        Assert.Contains(run.Calls, call => call.What == "fail");
        row.Count(proxy.Dropped);
        row.Passed();
    }
}
