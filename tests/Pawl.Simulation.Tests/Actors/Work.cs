namespace Pawl.Simulation.Tests.Actors;

/// <summary>The payload of a job: which request it came of.</summary>
[Job("sim.work", Queue = "main")]
internal sealed record Work(int Op);

/// <summary>The same in another queue.</summary>
[Job("sim.bulk", Queue = "bulk")]
internal sealed record Bulk(int Op);

/// <summary>What a handler has done so far.</summary>
internal sealed record Cursor(int Step);
