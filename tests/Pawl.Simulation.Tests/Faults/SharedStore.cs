using Pawl.Simulation.Tests.Proofs;
using Pawl.Simulation.Tests.Replays;
using Pawl.Simulation.Tests.Worlds;
using Pawl.Sqlite;
using Pawl.Storage;
using SQLitePCL;

namespace Pawl.Simulation.Tests.Faults;

/// <summary>The real SQLite store in memory that all nodes of a run share, as they would share a server; its database can be made to
/// fail.</summary>
internal sealed class SharedStore : IDisposable
{
    private readonly List<NodeStore> _nodes = [];
    private bool _refuses;

    public SharedStore(Plan plan, Referee referee, Tape? tape)
    {
        (Plan, Referee, Tape) = (plan, referee, tape);
        Inner = SqliteStore.Open("Data Source=:memory:");
        Inner.BatchLeaseFrom = plan.BatchLeaseFrom;
        raw.sqlite3_commit_hook(Inner.Writing.Handle, _ => Refuse(), null);
        Inner.Wakeups.Runnable += priority => Tell(node => node.Wakeups.SayRunnable(priority));
        Inner.Wakeups.Scheduled += at => Tell(node => node.Wakeups.SayScheduled(at));
        Inner.Wakeups.Attention += worker => Tell(node => node.Wakeups.SayAttention(worker));
        Inner.Wakeups.BulkMade += () => Tell(node => node.Wakeups.SayBulkMade());
        Inner.Wakeups.Recorded += seq => Tell(node => node.Wakeups.SayRecorded(seq));
    }

    public Plan Plan { get; }

    public Referee Referee { get; }

    public SqliteStore Inner { get; }

    /// <summary>Keeps all that is asked of it, for another store to answer; null where nobody wants to know.</summary>
    public Tape? Tape { get; }

    /// <summary>Whose call runs now.</summary>
    public Life? Caller { get; private set; }

    /// <summary>Whether it answers nobody.</summary>
    public bool IsAway { get; set; }

    public void Join(NodeStore node)
    {
        _nodes.RemoveAll(old => old.Life.IsOver);
        _nodes.Add(node);
    }

    /// <summary>Makes a call that nothing comes between.</summary>
    public async ValueTask<T> DoAsync<T>(Life life, Ask<T> ask, bool writes, Action<T>? seen, bool refuse)
    {
        _refuses = refuse;
        Caller = life;
        T value;
        try
        {
            var asked = ask.Of(Inner, ask.Token);
            if (!asked.IsCompleted)
            {
                throw new NotSupportedException("The store in memory answers at once.");
            }

            value = await asked;
            Tape?.Answered(life, ask, value);
        }
        catch (PawlException refusal)
        {
            Tape?.Refused(life, ask, refusal);
            throw;
        }
        finally
        {
            Caller = null;
            _refuses = false;
            if (writes)
            {
                await Referee.ReadEventsAsync();
            }
        }

        seen?.Invoke(value);
        return value;
    }

    public void Fill(bool full) => Set(full ? $"pragma max_page_count = {Pages()}" : "pragma max_page_count = 1073741823");

    public void Protect(bool readOnly) => Set($"pragma query_only = {(readOnly ? 1 : 0)}");

    public void Heal()
    {
        IsAway = false;
        Fill(false);
        Protect(false);
    }

    public void Dispose() => Inner.Dispose();

    private int Refuse()
    {
        if (_refuses)
        {
            Referee.Report.Saw(Rare.CommitRefused);
        }

        return _refuses ? 1 : 0;
    }

    private long Pages() => Inner.Writing.Number("pragma page_count");

    private void Set(string pragma) => Inner.Writing.Execute(pragma);

    private void Tell(Action<NodeStore> hint)
    {
        var caller = Caller;
        foreach (var node in _nodes)
        {
            if (!node.Life.IsOver && (node.Life == caller || (Plan.Hears && node.IsTold())))
            {
                node.Life.Post(_ => hint(node), null);
            }
        }
    }
}
