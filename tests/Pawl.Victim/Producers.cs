using Pawl.Victim.Handlers;

namespace Pawl.Victim;

/// <summary>Callers that enqueue single jobs, batches and jobs with keys, as fast as they are run.</summary>
internal sealed class Producers(IJobs jobs, Calls calls, Effects effects, Order order, TimeProvider clock)
{
    private const int Callers = 4;
    private const int MostOpen = 200;
    private const int CallersApart = 20;
    private const int MostOpenApart = 400;
    private const int KeysApart = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan PauseApart = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PauseEnough = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private int _open;
    private int _asked;

    /// <param name="open">How many jobs earlier lives left open.</param>
    /// <param name="stop">Set when it should end.</param>
    public Task RunAsync(int open, CancellationToken stop)
    {
        _open = open;
        var begin = (order.Seed * 10_007) + (order.Life * 101);
        return Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => CallAsync(new Random(begin + caller), stop)));
    }

    /// <summary>Callers in a process that runs no job. What fails they leave and go on; when told to stop they hear their last answer
    /// out.</summary>
    /// <param name="look">Reads how many jobs are open.</param>
    /// <param name="stop">Set when it should end.</param>
    public async Task RunApartAsync(Func<Task<int>> look, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var looking = LookAsync(look, over.Token);
        var begin = (order.Seed * 10_007) + (order.Life * 101);
        await Task.WhenAll(Enumerable.Range(0, CallersApart).Select(caller => CallApartAsync(new Random(begin + caller), stop)));
        await over.CancelAsync();
        await looking;
    }

    private async Task LookAsync(Func<Task<int>> look, CancellationToken stop)
    {
        using var tick = new PeriodicTimer(Look, clock);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Volatile.Write(ref _open, await look());
                await tick.WaitForNextTickAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception)
            {
                await Task.Delay(PauseAfterFailure, clock, CancellationToken.None);   // the store is away; then the last number holds
            }
        }
    }

    private async Task CallApartAsync(Random chance, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && (order.Jobs == 0 || Volatile.Read(ref _asked) < order.Jobs))
        {
            // With enough to do it goes on asking, mostly for what is there already: whenever the store goes away, some call is under way.
            var enough = Volatile.Read(ref _open) >= MostOpenApart;
            var wait = enough ? PauseEnough : PauseApart;
            try
            {
                var created = await (!enough ? OneAsync(chance, CancellationToken.None)
                    : chance.Next(2) == 0 ? UniqueAsync(chance, CancellationToken.None)
                    : IdempotentAsync(chance, CancellationToken.None));
                Interlocked.Add(ref _open, created);
                Interlocked.Add(ref _asked, created);
            }
            catch (Exception)
            {
                wait = PauseAfterFailure;   // written down by the one who called
            }

            await Task.Delay(wait, clock, CancellationToken.None);
        }
    }

    private async Task CallAsync(Random chance, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (Volatile.Read(ref _open) - effects.Returned > MostOpen)
            {
                await Task.Delay(Pause, clock, stop);
                continue;
            }

            Interlocked.Add(ref _open, await OneAsync(chance, stop));
        }
    }

    private Task<int> OneAsync(Random chance, CancellationToken stop) => chance.Next(100) switch
    {
        < 15 => BatchAsync(chance, stop),
        < 27 => UniqueAsync(chance, stop),
        < 39 => IdempotentAsync(chance, stop),
        _ => SingleAsync(chance, stop),
    };

    private Task<int> SingleAsync(Random chance, CancellationToken stop) => calls.MakeAsync("single", 1, null, async labelled =>
    {
        var options = labelled with
        {
            Delay = chance.Next(10) == 0 ? TimeSpan.FromMilliseconds(chance.Next(40)) : null,
            Trigger = chance.Next(8) == 0 ? Trigger.Manual : Trigger.Api,
        };
        return
        [
            chance.Next(100) switch
            {
                < 12 => await jobs.EnqueueAsync(new Flaky(ForGood: chance.Next(6) == 0), options, stop),
                < 32 => await jobs.EnqueueAsync(new Steps(chance.Next(3, 9), chance.Next(0, 10)), options, stop),
                < 42 => await jobs.EnqueueAsync(new Parent(chance.Next(1, 4)), options, stop),
                < 47 => await jobs.EnqueueAsync(new Nap(chance.Next(30)), options, stop),
                < 50 => await jobs.EnqueueAsync(new Late(Deaf: chance.Next(2) == 0), options, stop),
                _ => await jobs.EnqueueAsync(new Plain(Duration(chance)), options, stop),
            },
        ];
    });

    private Task<int> BatchAsync(Random chance, CancellationToken stop)
    {
        var part = order.Bears ? 1 : 5;
        var payloads = Enumerable.Range(0, chance.Next(2, 31)).Select(_ => new Plain(Duration(chance) / part)).ToList();
        return calls.MakeAsync(
            "batch", payloads.Count, null, async labelled => [.. await jobs.EnqueueManyAsync(payloads, labelled, stop)]);
    }

    private Task<int> UniqueAsync(Random chance, CancellationToken stop)
    {
        var (key, payload) = Keyed(chance);
        return calls.MakeAsync(
            "unique", 1, key, async labelled => [await jobs.EnqueueAsync(payload, labelled with { UniqueKey = key }, stop)]);
    }

    private Task<int> IdempotentAsync(Random chance, CancellationToken stop)
    {
        var (key, payload) = Keyed(chance);
        return calls.MakeAsync(
            "idempotent", 1, key, async labelled => [await jobs.EnqueueAsync(payload, labelled with { IdempotencyKey = key }, stop)]);
    }

    /// <summary>A key that other callers and other lives use too, always with the same request.</summary>
    private (string Key, Plain Payload) Keyed(Random chance)
    {
        var number = chance.Next(order.Bears ? KeysApart : order.Life * 40);
        return ($"k{number}", new(number % 7));
    }

    /// <summary>Mostly short, at most 50 ms; without killed processes 50 to 300 ms.</summary>
    private int Duration(Random chance) =>
        order.Bears ? order.Milliseconds > 0 ? order.Milliseconds : chance.Next(50, 301)
        : chance.Next(3) == 0 ? chance.Next(51) : chance.Next(4);
}
