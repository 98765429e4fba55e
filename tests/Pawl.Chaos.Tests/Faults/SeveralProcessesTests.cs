using Pawl.Chaos.Tests.History;

namespace Pawl.Chaos.Tests.Faults;

public sealed class SeveralProcessesTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Processes_that_share_a_queue_all_work_on_it_and_run_no_job_twice(int processes)
    {
        using var server = Servers.Start();
        using var place = new Installation(server.ConnectionString, server.ConnectionString);
        var workers = Enumerable.Range(0, processes).Select(_ => place.StartWorker()).ToArray();
        try
        {
            foreach (var worker in workers)
            {
                await worker.ReadyAsync();
            }

            await using var asking = place.Start("ask", "--jobs", "600");
            await asking.ReadyAsync();
            await place.EndAsync(asking);
            await place.DrainAsync();
            await place.StopAsync(workers);

            var run = Proof.Proven(await place.ReadAsync());
            output.WriteLine(Figures.Of(run));
            var plain = run.Stored.Jobs.Where(job => job.Type == "victim.plain").Select(job => job.Id).ToHashSet();
            var starts = run.Effects.Where(effect => effect.IsStart && plain.Contains(effect.Job)).ToList();
            Assert.Equal(plain.Order(), starts.Select(start => start.Job).Order());
            Assert.Superset(Enumerable.Range(1, processes).ToHashSet(), starts.Select(start => start.Life).ToHashSet());
        }
        finally
        {
            foreach (var worker in workers)
            {
                await worker.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task A_process_that_does_not_know_a_type_leaves_its_jobs_to_those_that_do()
    {
        using var server = Servers.Start();
        using var place = new Installation(server.ConnectionString, server.ConnectionString);
        await using var older = place.Start("work", "--knows", "plain");
        await older.ReadyAsync();
        await using var asking = place.Start("ask", "--jobs", "150");
        await asking.ReadyAsync();
        await place.EndAsync(asking);
        await older.ReturnsAsync(30);
        await place.DrainAsync();
        await place.StopAsync(older);

        var run = Proof.Proven(await place.ReadAsync());
        var types = run.Stored.Jobs.ToDictionary(job => job.Id, job => job.Type);
        Assert.Equal(["victim.plain"], run.Effects.Where(effect => effect.Life == 1).Select(effect => types[effect.Job]).Distinct());
        Assert.Contains(run.Effects, effect => effect.IsStart && types[effect.Job] == "victim.steps");
        Assert.All(run.Stored.Jobs, job => Assert.True(job.State == "succeeded" || job.Type == "victim.flaky", $"{job}"));
    }
}
