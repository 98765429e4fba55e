using Microsoft.Extensions.DependencyInjection;
using Pawl.Hosting;
using Pawl.Simulation.Tests.Actors;
using Pawl.Simulation.Tests.Faults;
using Pawl.Simulation.Tests.Worlds;
using Pawl.Storage;
using Pawl.Telemetry;

namespace Pawl.Simulation.Tests.Runs;

/// <summary>A machine that runs the engine, one process after another.</summary>
internal sealed class Node(World world, Machine machine, bool works, FaultDice faults)
{
    private readonly Dice _chance = Dice.For(world.Plan.Run, $"chance:{machine.Name}");
    private ServiceProvider? _services;
    private int _lives;
    private bool _stopping;

    public Machine Machine => machine;

    /// <summary>The process that runs now, or ran last.</summary>
    public Life Life { get; private set; } = null!;

    public IServiceProvider Services => _services!;

    /// <summary>A process that only asks: it has the engine's way in and no loops.</summary>
    public IJobs Connect()
    {
        Make();
        return Services.GetRequiredService<IJobs>();
    }

    public void Start()
    {
        Make();
        _stopping = false;
        var host = Services.GetRequiredService<PawlHost>();
        _ = Life.StartAsync(() => host.StartAsync(CancellationToken.None));
    }

    /// <summary>Ends the process at once.</summary>
    public void Kill()
    {
        Life.End();
        Forget();
    }

    /// <summary>Stops the process in good order.</summary>
    public async Task StopAsync()
    {
        var life = Life;
        if (_stopping || life.IsOver)
        {
            return;
        }

        _stopping = true;
        var host = Services.GetRequiredService<PawlHost>();
        await life.StartAsync(() => host.StopAsync(CancellationToken.None));
        if (!life.IsOver)
        {
            life.End();
            Forget();
        }
    }

    public async Task RestartAsync()
    {
        if (_stopping || Life.IsOver)
        {
            return;
        }

        var life = Life;
        await StopAsync();
        if (Life == life)
        {
            Start();
        }
    }

    private void Make()
    {
        Life = new(machine, world.Scheduler, ++_lives);
        var store = new NodeStore(Life, world.Store, faults, world.Crash);
        world.Store.Join(store);
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Life.Clock);
        services.AddSingleton<ILoops>(Life);
        services.AddSingleton<IChance>(_chance);
        services.AddSingleton<IJobStore>(store);
        services.AddSingleton(world);
        services.AddSingleton(Life);
        services.AddPawl(Set)
            .AddHandler<Player, Work>(type => type.Timeout(Player.Timeout).Grace(Player.Grace))
            .AddHandler<Player, Bulk>(type => type.Timeout(Player.Timeout).Grace(Player.Grace));
        _services = services.BuildServiceProvider();
    }

    private void Set(PawlOptions options)
    {
        var plan = world.Plan;
        options.Worker.Enabled = works;
        options.Worker.Name = machine.Name;
        options.Worker.Slots = plan.Slots;
        options.Worker.LeaseTtl = plan.LeaseTtl;
        options.Worker.HeartbeatInterval = plan.Heartbeat;
        options.Worker.PollInterval = plan.Poll;
        options.Worker.PrefetchWindow = plan.Prefetch;
        options.Worker.DrainTimeout = TimeSpan.FromSeconds(5);
        options.Worker.LossCap = plan.LossCap;
        options.Retry = plan.Retry;
        options.RetryBudget.Share = plan.RetryShare;
        options.Recovery.Interval = plan.RecoveryInterval;
    }

    // Meters are listed by the runtime until they are disposed of.
    private void Forget() => Services.GetRequiredService<Meters>().Meter.Dispose();
}
