using Pawl.Simulation.Tests.Actors;
using Pawl.Simulation.Tests.Faults;
using Pawl.Simulation.Tests.Proofs;
using Pawl.Simulation.Tests.Replays;
using Pawl.Simulation.Tests.Worlds;

namespace Pawl.Simulation.Tests.Runs;

/// <summary>One run: two servers, three workers, three clients, a person, a reader on each server, and what works against them.</summary>
internal sealed class World : IDisposable
{
    private const int Servers = 2;
    private const int Workers = 3;
    private const int Clients = 3;

    private static readonly TimeSpan Liveness = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan Ending = TimeSpan.FromMinutes(3);

    private readonly List<Node> _nodes = [];
    private readonly List<Reader> _readers = [];
    private readonly List<Task> _actors = [];
    private readonly FaultDice _faults;
    private readonly Life _nature;
    private Person _person = null!;
    private int _ops;
    private int _busy;

    public World(Plan plan, Tape? tape = null)
    {
        Plan = plan;
        Scheduler = new(Dice.For(plan.Run, "scheduler"));
        Referee = new(plan, Scheduler, new());
        Store = new(plan, Referee, tape);
        Referee.Store = Store.Inner;
        _faults = new(plan, Dice.For(plan.Run, "faults"));
        _nature = new(new("nature"), Scheduler, 1);
    }

    public Plan Plan { get; }

    public Scheduler Scheduler { get; }

    public SharedStore Store { get; }

    public Referee Referee { get; }

    /// <summary>From now on nothing breaks.</summary>
    public bool IsHealed { get; private set; }

    /// <summary>The machines that run the engine.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    public int NextOp() => ++_ops;

    /// <summary>Lets an actor do something that must be through before the run ends.</summary>
    public async Task DoAsync(Func<Task> act)
    {
        _busy++;
        await act();
        _busy--;
    }

    public JobId? AnyJob(Dice dice) => Referee.Count == 0 ? null : new JobId(1 + dice.Below(Referee.Count));

    /// <summary>Runs it from its begin to its end.</summary>
    public Report Run()
    {
        Store.Inner.MigrateAsync(apply: true, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        Begin();
        Until(Plan.Safety, () => false);
        Heal();
        var healed = Scheduler.Now;
        Until(Liveness, () => Referee.Open == 0 && _busy == 0);
        Referee.Report.Drain = Scheduler.Since(healed);
        CheckRest();
        End();
        Referee.CheckEndAsync().GetAwaiter().GetResult();
        _readers.ForEach(reader => Referee.CheckStream("a reader", reader.Got));
        if (Store.Tape is { } tape)
        {
            tape.Rows = Rows.OfAsync(Store.Inner, CancellationToken.None).GetAwaiter().GetResult();
        }

        if (Scheduler.Broken is { } broken)
        {
            Referee.Report.Breaks("simulator", broken);
        }

        Referee.Report.Steps = Scheduler.Steps;
        Referee.Report.Mix(Scheduler.Steps);
        return Referee.Report;
    }

    /// <summary>A process dies, and its machine starts another after a while.</summary>
    public void Crash(Life life)
    {
        if (life.IsOver || _nodes.Find(node => node.Life == life) is not { } node)
        {
            return;
        }

        node.Kill();
        Referee.Disturbed(life, FaultKind.Crash);
        Referee.Died(life);
        var dice = Dice.For(Plan.Run, $"restart:{life}");
        _nature.Clock.CreateTimer(_ => Revive(node), null, dice.Seconds(0.5, 30), Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _nodes.ForEach(node => node.Kill());
        Store.Dispose();
    }

    private static void Revive(Node node)
    {
        if (node.Life.IsOver)
        {
            node.Start();
        }
    }

    private void Begin()
    {
        for (var n = 0; n < Servers + Workers; n++)
        {
            var server = n < Servers;
            var name = server ? $"server{n}" : $"worker{n - Servers}";
            _nodes.Add(new(this, new(name), works: !server, _faults));
            _nodes[^1].Start();
        }

        for (var n = 0; n < Clients; n++)
        {
            Join($"client{n}", (life, jobs, dice) => new Asker(this, life, jobs, dice).RunAsync());
        }

        Join("person", (life, jobs, dice) => (_person = new(this, life, jobs, dice)).RunAsync());
        for (var n = 0; n < Servers; n++)
        {
            Join($"reader{n}", (life, jobs, dice) =>
            {
                _readers.Add(new(this, life, jobs, dice));
                return _readers[^1].RunAsync();
            });
        }

        foreach (var kind in Plan.Kinds.Where(kind => kind >= FaultKind.DiskFull && kind != FaultKind.HintLost))
        {
            _actors.Add(_nature.StartAsync(new Nemesis(this, _nature, kind, Dice.For(Plan.Run, $"nemesis:{kind}")).RunAsync));
        }
    }

    private void Join(string name, Func<Life, IJobs, Dice, Task> act)
    {
        var node = new Node(this, new(name), works: false, _faults);
        var jobs = node.Connect();
        _actors.Add(node.Life.StartAsync(() => act(node.Life, jobs, Dice.For(Plan.Run, name))));
    }

    private void Heal()
    {
        IsHealed = true;
        _faults.IsHealed = true;
        Store.Heal();
        foreach (var node in _nodes)
        {
            node.Machine.Heal();
            node.Life.Resume();
            Revive(node);
        }

        _actors.Add(_nature.StartAsync(TidyUpAsync));
    }

    /// <summary>More than once: what was asked for before may arrive late.</summary>
    private async Task TidyUpAsync()
    {
        while (Referee.Open > 0 || _busy > 0)
        {
            await _person.TidyUpAsync();
            await Task.Delay(TimeSpan.FromSeconds(20), _nature.Clock);
        }
    }

    private void CheckRest()
    {
        foreach (var job in Referee.Jobs.Where(job => job.IsOpen))
        {
            Referee.Report.Breaks("liveness", $"job {job.Id} is {job.State} {Liveness} after all was well again");
        }

        foreach (var actor in _actors.Where(actor => actor.IsFaulted))
        {
            Referee.Report.Breaks("simulator", $"an actor failed: {actor.Exception}");
        }
    }

    private void End()
    {
        var stops = _nodes.ConvertAll(node => _nature.StartAsync(node.StopAsync));
        Until(Ending, () => stops.TrueForAll(stop => stop.IsCompleted));
        foreach (var stop in stops.Where(stop => !stop.IsCompletedSuccessfully))
        {
            Referee.Report.Breaks("stop", stop.Exception?.ToString() ?? $"a process still runs {Ending} after it was told to stop");
        }
    }

    private void Until(TimeSpan time, Func<bool> reached) => Scheduler.Run(Scheduler.Now + time.Ticks, reached);
}
