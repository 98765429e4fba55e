using Microsoft.Extensions.Options;

namespace Pawl.Hosting;

/// <summary>Checks the settings at the start. Says each fault with the setting, the bounds, the value and where to set it.</summary>
/// <remarks>It throws a <see cref="PawlException"/> with a code and the exit code 8, where the framework's own exception has
/// neither.</remarks>
internal sealed class PawlOptionsValidator : IValidateOptions<PawlOptions>
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, PawlOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new Faults("Pawl", "AddPawl(o => o.{0} = …)");
        CheckWorker(options.Worker, faults);
        faults.All.AddRange(options.Retry.Faults());
        faults.Check("RetryBudget:Share", options.RetryBudget.Share is >= 0 and <= 1, "0", "1", options.RetryBudget.Share);
        faults.Between("RetryBudget:Window", options.RetryBudget.Window, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        CheckTypes(options.Types.Default, faults);
        CheckChores(options, faults);
        var ratio = options.Telemetry.TraceSampleRatio;
        faults.Check("Telemetry:TraceSampleRatio", ratio is >= 0 and <= 1, "0", "1", ratio);
        faults.Between("IdempotencyHold", options.IdempotencyHold, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365));
        faults.Throw();
        return options.Worker.LeaseTtl > 2 * options.Worker.HeartbeatInterval
            ? ValidateOptionsResult.Success
            : throw new PawlException(
                "config_conflict",
                "Pawl:Worker:LeaseTtl must be more than twice Pawl:Worker:HeartbeatInterval, but they were "
                + $"{Durations.Format(options.Worker.LeaseTtl)} and {Durations.Format(options.Worker.HeartbeatInterval)}: one late "
                + $"heartbeat would end all leases. "
                + "Set them in appsettings.json or with AddPawl(o => o.Worker.LeaseTtl = …).",
                exitCode: 8);
    }

    private static void CheckWorker(WorkerOptions worker, Faults faults)
    {
        faults.Between("Worker:Slots", worker.Slots, 1, 1_000);
        if (worker.ExpressSlots is { } kept)
        {
            faults.Between("Worker:ExpressSlots", kept, 0, Math.Max(0, worker.Slots - 1));
        }

        faults.Between("Worker:HeartbeatInterval", worker.HeartbeatInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        faults.Between("Worker:LeaseTtl", worker.LeaseTtl, TimeSpan.FromSeconds(5), Day);
        faults.Between("Worker:PollInterval", worker.PollInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        faults.Between("Worker:DrainTimeout", worker.DrainTimeout, TimeSpan.Zero, Day);
        faults.Between("Worker:PrefetchWindow", worker.PrefetchWindow, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        faults.Between("Worker:MaxPrefetch", worker.MaxPrefetch, 0, 10_000);
        faults.Between("Worker:LossCap", worker.LossCap, 1, 100);
        faults.Between("Worker:MaxLogBytes", worker.MaxLogBytes, 0, 1 << 30);
        foreach (var queue in worker.Queues ?? [])
        {
            faults.Name("Worker:Queues", queue);
        }

        foreach (var (queue, most) in worker.QueueConcurrency)
        {
            faults.Name("Worker:QueueConcurrency", queue);
            faults.Between($"Worker:QueueConcurrency:{queue}", most, 0, 1_000);
        }
    }

    private static void CheckTypes(TypeDefaults types, Faults faults)
    {
        faults.Between("Types:Default:Timeout", types.Timeout, TimeSpan.FromMilliseconds(1), Bounds.MaxTimeout);
        faults.Between("Types:Default:Grace", types.Grace, TimeSpan.Zero, Bounds.MaxGrace);
        faults.Between("Types:Default:StuckAfter", types.StuckAfter, TimeSpan.FromSeconds(1), TimeSpan.FromDays(365));
        if (types.MaxItems is { } items)
        {
            faults.Between("Types:Default:MaxItems", items, 1, int.MaxValue);
        }

        faults.Check("Types:Default:MaxFailedItems", types.MaxFailedItems is >= 0 and <= 1, "0", "1", types.MaxFailedItems);
    }

    private static void CheckChores(PawlOptions options, Faults faults)
    {
        var (week, age) = (TimeSpan.FromDays(7), TimeSpan.FromDays(36_500));
        faults.Between("Recovery:StartDelay", options.Recovery.StartDelay, TimeSpan.Zero, Day);
        faults.Between("Recovery:Interval", options.Recovery.Interval, TimeSpan.FromSeconds(1), week);
        faults.Between("Recovery:BatchSize", options.Recovery.BatchSize, 1, 1_000);
        faults.Between("Scaling:Min", options.Scaling.Min, 0, 100_000);
        faults.Between("Scaling:Max", options.Scaling.Max, Math.Clamp(options.Scaling.Min, 0, 100_000), 100_000);
        faults.Between("Scaling:DrainTarget", options.Scaling.DrainTarget, TimeSpan.FromSeconds(1), Day);
        faults.Between("Health:Interval", options.Health.Interval, TimeSpan.FromSeconds(1), Day);
        faults.Between("Health:AlertBelow", options.Health.AlertBelow, 0, 100);
        faults.Between("Retention:Keep", options.Retention.Keep, TimeSpan.FromMinutes(1), age);
        faults.Between("Retention:KeepFailed", options.Retention.KeepFailed, TimeSpan.FromMinutes(1), age);
        faults.Between("Retention:StartDelay", options.Retention.StartDelay, TimeSpan.Zero, Day);
        faults.Between("Retention:Interval", options.Retention.Interval, TimeSpan.FromSeconds(1), week);
    }
}
