using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Pawl.Simulation.Tests.Worlds;
using Pawl.Storage;

namespace Pawl.Simulation.Tests.Faults;

/// <summary>The store as one process sees it: calls may fail before and after their commit, take their time, and kill the process. The
/// verbs stand in another file.</summary>
internal sealed partial class NodeStore(Life life, SharedStore shared, FaultDice faults, Action<Life> crash) : IJobStore
{
    public Life Life => life;

    public StoreInfo Info => shared.Inner.Info;

    public Wakeups Wakeups { get; } = new();

    public bool HearsOthers => shared.Plan.Hears;

    /// <summary>Whether a hint of another process arrives.</summary>
    public bool IsTold() => !faults.HintIsLost();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ValueTask<T> ReadAsync<T>(
        Func<IJobStore, CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken, [CallerMemberName] string verb = "") =>
        AskAsync(new Ask<T>(verb, call, cancellationToken), writes: false, null);

    private ValueTask<T> WriteAsync<T>(
        Func<IJobStore, CancellationToken, ValueTask<T>> call,
        CancellationToken cancellationToken,
        Action<T>? seen = null,
        [CallerMemberName] string verb = "") =>
        AskAsync(new Ask<T>(verb, call, cancellationToken), writes: true, seen);

    private async ValueTask WriteAsync(
        Func<IJobStore, CancellationToken, ValueTask> call, CancellationToken cancellationToken, [CallerMemberName] string verb = "") =>
        await WriteAsync(
            async (store, token) =>
            {
                await call(store, token);
                return 0;
            },
            cancellationToken,
            null,
            verb);

    private ValueTask<T> AskAsync<T>(Ask<T> ask, bool writes, Action<T>? seen)
    {
        if (life.IsOver)
        {
            return Never<T>();
        }

        // Most calls meet nothing; these are answered at once, which keeps a run short.
        var fault = faults.Next();
        return fault is not null || shared.IsAway || faults.OthersFirst()
            ? AskAsync(fault, ask, writes, seen)
            : shared.DoAsync(life, ask, writes, seen, refuse: false);
    }

    private async ValueTask<T> AskAsync<T>(FaultKind? fault, Ask<T> ask, bool writes, Action<T>? seen)
    {
        var cancellationToken = ask.Token;
        cancellationToken.ThrowIfCancellationRequested();
        var time = fault == FaultKind.PauseBefore ? faults.Pause() : faults.Slowness();
        if (fault is { } kind)
        {
            shared.Referee.Disturbed(life, kind, time);
        }

        if (fault == FaultKind.PauseBefore)
        {
            life.Pause(time);
        }

        await Task.Yield();
        if (fault == FaultKind.SlowBefore)
        {
            await Task.Delay(time, life.Clock, cancellationToken);
        }

        if (shared.IsAway)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(faults.Half() ? 1 : 4_000), life.Clock, cancellationToken);
            throw Failed("The store is away.");
        }

        switch (fault)
        {
            case FaultKind.FailBefore:
                throw Failed("The call did not reach the store.");
            case FaultKind.Busy:
                throw new SqliteException("SQLite Error 5: 'database is locked'.", 5);
            case FaultKind.CrashBefore:
                crash(life);
                return await Never<T>();
        }

        var value = await shared.DoAsync(life, ask, writes, seen, refuse: writes && fault == FaultKind.CommitRefused);
        switch (fault)
        {
            case FaultKind.FailAfter:
                throw faults.Half() ? Failed("The answer was lost.") : new TimeoutException("The store did not answer in time.");
            case FaultKind.CrashAfter:
                crash(life);
                return await Never<T>();
            case FaultKind.SlowAfter:
                await Task.Delay(time, life.Clock, cancellationToken);
                break;
            default:
                await Task.Yield();
                break;
        }

        return value;
    }

    private static PawlException Failed(string message) => new("storage_unavailable", message);

    private static ValueTask<T> Never<T>() => new(new TaskCompletionSource<T>().Task);
}
