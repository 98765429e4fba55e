#:project ../src/Pawl.Sqlite/Pawl.Sqlite.csproj
#:package Microsoft.Extensions.Hosting
#:property PublishAot=false

// A job that fails in the middle, says so to an error tracker, and goes on where it was: dotnet run samples/03-retry-and-resume.cs
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pawl;

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.AddFilter("Microsoft", LogLevel.Warning);

// <register>
builder.Services.AddSingleton<IJobFailureObserver, ErrorTracker>();
// </register>
builder.Services.AddPawl()
    .UseSqlite("Data Source=retry.db")
    .AddHandler<CaptureHandler, Capture>(type => type.Retry(maxAttempts: 3, baseDelay: TimeSpan.FromSeconds(1)));

using var host = builder.Build();
await host.StartAsync();

var jobs = host.Services.GetRequiredService<IJobs>();
var first = await jobs.EnqueueAsync(
    new Capture("a/b", Pages: 6),
    new() { Tags = new Dictionary<string, string> { ["repository"] = "a/b", ["processor"] = "pull_requests" } });
var job = await jobs.WaitAsync(first.Id);

Console.WriteLine($"Job {job.Id} {job.State}: {job.Progress?.Done} of {job.Progress?.Total} pages in {job.Attempt} attempts.");
foreach (var attempt in (await jobs.AttemptsAsync(job.Id)).Reverse())
{
    Console.WriteLine($"  attempt {attempt.Attempt}: {attempt.Outcome} {attempt.Error?.Message} (rule {attempt.Rule ?? "none"})");
}

await host.StopAsync();

// <observer>
// What an error tracker wants to know. Hand it on to the one you have: scope.SetTag("job.type", failure.Type), and so on.
public sealed class ErrorTracker(ILogger<ErrorTracker> logger) : IJobFailureObserver
{
    public ValueTask FailedAsync(JobFailure failure, CancellationToken cancellationToken)
    {
        logger.LogError(
            failure.Exception,
            "{Type} {JobId} failed on attempt {Attempt} (repository {Repository}, processor {Processor}): {Fingerprint}",
            failure.Type,
            failure.JobId,
            failure.Attempt,
            failure.Tags?.GetValueOrDefault("repository"),
            failure.Tags?.GetValueOrDefault("processor"),
            failure.Error.Fingerprint);
        return ValueTask.CompletedTask;
    }
}
// </observer>

[Job("capture.pages", Timeout = "1m")]
public sealed record Capture(string Repository, int Pages);

public sealed class CaptureHandler : IJobHandler<Capture>
{
    public async Task HandleAsync(Capture payload, JobContext job, CancellationToken cancellationToken)
    {
        for (var page = job.Checkpoint<int>(); page < payload.Pages; page++)
        {
            if (page == 4 && job.Attempt == 1)
            {
                throw new HttpRequestException(HttpRequestError.ConnectionError, "The line went dead.");
            }

            job.Progress(page + 1, payload.Pages);
            await job.SaveAsync(page + 1, cancellationToken: cancellationToken);   // the next attempt begins behind this page
        }
    }
}
