using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pawl.Tests.Running;

namespace Pawl.Tests.Telemetry;

/// <summary>What a log with structure, such as one JSON object a line, holds of a job.</summary>
public sealed class LinesTests
{
    private static readonly Dictionary<string, string> Tags = new() { ["repository"] = "a/b", ["processor"] = "pull_requests" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_line_of_a_handler_holds_job_type_attempt_worker_and_tags()
    {
        var lines = new Lines();
        await using var test = await Stage.StartAsync(
            (_, job, _) =>
            {
                job.Logger.LogInformation("page {Page}", 5);
                return Task.CompletedTask;
            },
            more: pawl => pawl.Services.AddSingleton<ILoggerProvider>(lines));
        var id = (await test.Jobs.EnqueueAsync(new Say(), new() { Tags = Tags }, Token)).Id;
        await test.RunUntilIdleAsync(Token);

        var worker = Assert.Single(await test.Jobs.AttemptsAsync(id, Token)).WorkerId;
        var line = Assert.Single(lines.All, line => line.ContainsKey("Page"));
        Assert.Equal(
            [id.Value, "test.say", 1, worker, "a/b", "pull_requests", 5],
            new[] { "JobId", "JobType", "Attempt", "WorkerId", "Tag.repository", "Tag.processor", "Page" }.Select(name => line[name]));
    }

    [Fact]
    public async Task The_line_of_a_failure_holds_job_type_attempt_worker_code_and_duration()
    {
        var lines = new Lines();
        await using var test = await Stage.StartAsync(
            async (_, job, token) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(3), job.Clock, token);
                throw new TimeoutException("no answer");
            },
            more: pawl => pawl.Services.AddSingleton<ILoggerProvider>(lines));
        var id = (await test.Jobs.EnqueueAsync(new Say(), new() { MaxAttempts = 2 }, Token)).Id;
        await test.PassAsync(TimeSpan.FromSeconds(4), Token);
        await test.PassAsync(TimeSpan.FromSeconds(90), Token);
        await test.RunUntilIdleAsync(Token);

        var failures = lines.All.Where(line => line["Id"] is 1201 or 1202).ToList();
        Assert.Equal([1201, 1202], failures.Select(line => line["Id"]));
        for (var i = 0; i < failures.Count; i++)
        {
            Assert.Equal(
                [id.Value, "test.say", i + 1, "timeout", TimeSpan.FromSeconds(3)],
                new[] { "JobId", "Type", "Attempt", "Code", "Run" }.Select(name => failures[i][name]));
            Assert.NotEqual(0L, failures[i]["WorkerId"]);
        }
    }
}
