namespace Pawl.Tests.Running;

/// <summary>A payload for tests of the engine: its handler does what the test says.</summary>
[Job("test.say", Timeout = "1m", Grace = "10s")]
public sealed record Say(string Word = "");

/// <summary>What the handler of <see cref="Say"/> does, given by the test.</summary>
public sealed class Script
{
    public Func<Say, JobContext, CancellationToken, Task> Does { get; set; } = (_, _, _) => Task.CompletedTask;
}

public sealed class SayHandler(Script script) : IJobHandler<Say>
{
    public Task HandleAsync(Say payload, JobContext job, CancellationToken cancellationToken) =>
        script.Does(payload, job, cancellationToken);
}
