using Pawl.Bench;

// Pawl.Bench STORE MEASURE k=v …   one JSON line a measure; see bench/README.md
var arguments = new Arguments(args);
Database.Choose(arguments.Store);
Func<Task>? measure = arguments.Measure switch
{
    "init" => Measures.InitAsync,
    "single" => () => Measures.SingleAsync(arguments),
    "bulk" => () => Measures.BulkAsync(arguments),
    "drain" => () => Measures.DrainAsync(arguments),
    "steady" => () => Measures.SteadyAsync(arguments),
    "worker" => () => Measures.WorkerAsync(arguments),
    "latency-worker" => () => Latency.WorkerAsync(arguments),
    "latency-producer" => () => Latency.ProducerAsync(arguments),
    "idle" => () => Latency.IdleAsync(arguments),
    "manual" => () => Latency.ManualAsync(arguments),
    "backlog" => () => Latency.BacklogAsync(arguments),
    "commands" => () => Commands.RunAsync(arguments),
    "lists" => () => Lists.RunAsync(arguments),
    "serve" => () => Serving.RunAsync(arguments),
    _ => null,
};
if (measure is null)
{
    Console.Error.WriteLine(
        $"'{arguments.Measure}' is no measure. Known: "
        + "init single bulk drain steady worker latency-worker latency-producer idle backlog manual commands lists serve.");
    return 2;
}

await measure();
return 0;
