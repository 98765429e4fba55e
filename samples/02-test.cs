#:project ../src/Pawl.Testing/Pawl.Testing.csproj
#:property PublishAot=false

// A job under test, without waiting for anything: dotnet run samples/02-test.cs
using Pawl;
using Pawl.Testing;

// <test>
await using var test = await PawlTest.StartAsync(pawl => pawl.AddHandler<RemindHandler, Remind>());
var queued = await test.Jobs.EnqueueAsync(new Remind("water the plants"), new() { RunAt = test.Clock.GetUtcNow().AddDays(3) });

await test.AdvanceAsync(TimeSpan.FromDays(3));   // no test sleeps: the clock is yours

var job = await test.Jobs.GetAsync(queued.Id);
// </test>

Console.WriteLine($"Job {queued.Id} {job?.State} at {job?.EndedAt:u}.");
return job?.State == JobState.Succeeded ? 0 : 1;

[Job("sample.remind")]
public sealed record Remind(string Of);

public sealed class RemindHandler : IJobHandler<Remind>
{
    public Task HandleAsync(Remind payload, JobContext job, CancellationToken cancellationToken) =>
        payload.Of.Length > 0 ? Task.CompletedTask : throw new ArgumentException("There is nothing to remind of.");
}
