using Microsoft.Extensions.Logging.Abstractions;
using Pawl.Running;
using Pawl.Sqlite;
using Pawl.Storage;

namespace Pawl.Tests.Running;

public sealed class HeartbeatTests : IAsyncDisposable
{
    private readonly FaultyStore _store = new(SqliteStore.Open("Data Source=:memory:"));
    private readonly TaskCompletionSource<long> _expired = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<long> _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_driver_that_does_not_come_back_from_breaking_a_call_off_does_not_hold_up_the_end_of_the_trust()
    {
        await _store.MigrateAsync(apply: true, Token);
        using var released = new ManualResetEventSlim();
        _store.Beating = broken => broken.Register(() => released.Wait(Token));
        _store.Meanwhile("Heartbeat", () => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, Token));
        _store.FailBefore("Heartbeat", times: 1_000);
        using var heartbeat = Make();
        heartbeat.Registered(7, TimeProvider.System.GetTimestamp());
        var beats = heartbeat.RunAsync();

        Assert.Equal(7, await _expired.Task.WaitAsync(TimeSpan.FromSeconds(120), Token));

        released.Set();
        heartbeat.Close();
        await beats;
    }

    [Fact]
    public async Task What_is_answered_to_an_earlier_number_does_not_end_the_new_one()
    {
        await _store.MigrateAsync(apply: true, Token);
        using var heartbeat = Make();
        _store.Meanwhile("Heartbeat", () =>
        {
            heartbeat.Registered(8, TimeProvider.System.GetTimestamp());
            return Task.CompletedTask;
        });
        heartbeat.Registered(7, TimeProvider.System.GetTimestamp());
        var beats = heartbeat.RunAsync();

        Assert.Equal(8, await _heard.Task.WaitAsync(TimeSpan.FromSeconds(120), Token));

        heartbeat.Close();
        await beats;
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private Heartbeat Make() => new(
        _store,
        new WorkerOptions { LeaseTtl = TimeSpan.FromMilliseconds(600), HeartbeatInterval = TimeSpan.FromMilliseconds(50) },
        TimeProvider.System,
        NullLogger.Instance)
    {
        Ask = () => new() { WorkerId = 0, Beat = 0, Now = default },
        Hear = (id, _) => _heard.TrySetResult(id),
        Expired = id => _expired.TrySetResult(id),
    };
}
