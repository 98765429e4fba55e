#:project ../src/Pawl.Sqlite/Pawl.Sqlite.csproj
#:package Microsoft.Extensions.Hosting
#:property PublishAot=false

// A durable job from its creation to its end: dotnet run samples/01-hello.cs
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pawl;

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.AddFilter("Microsoft", LogLevel.Warning);

// <host>
builder.Services.AddPawl(options => options.Worker.Slots = 10)
    .UseSqlite("Data Source=hello.db")
    .AddHandler<GreetHandler, Greet>(type => type.Retry(maxAttempts: 5));
// </host>

using var host = builder.Build();
await host.StartAsync();

// <enqueue>
var jobs = host.Services.GetRequiredService<IJobs>();
var first = await jobs.EnqueueAsync(
    new Greet("world", Times: 5),
    new() { Trigger = Trigger.Manual, UniqueKey = "greet:world", UniqueHold = UniqueHold.Active });   // asked twice, it runs once
var job = await jobs.WaitAsync(first.Id);
// </enqueue>

var why = string.Join(", ", job.PriorityReasons);
Console.WriteLine($"Job {job.Id} {job.State} on attempt {job.Attempt}, priority {job.Priority} ({why}).");
foreach (var happened in await jobs.EventsAsync(job: job.Id))
{
    Console.WriteLine($"  {happened.Seq,4}  {happened.At:HH:mm:ss.fff}  {happened.Kind}");
}

await host.StopAsync();

// <handler>
// The name is stored, the record is not: rename or move it as you like.
[Job("hello.greet", Timeout = "1m")]
public sealed record Greet(string Name, int Times);

public sealed class GreetHandler(ILogger<GreetHandler> logger) : IJobHandler<Greet>
{
    public async Task HandleAsync(Greet payload, JobContext job, CancellationToken cancellationToken)
    {
        // What an earlier attempt saved is here again, also after the process was killed.
        for (var done = job.Checkpoint<int>(); done < payload.Times; done++)
        {
            logger.LogInformation("Hello {Name}, {Done} of {Times}", payload.Name, done + 1, payload.Times);
            job.Progress(done + 1, payload.Times);
            await job.SaveAsync(done + 1, cancellationToken: cancellationToken);
        }
    }
}
// </handler>
