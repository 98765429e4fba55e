using System.Collections.Concurrent;

namespace Pawl.Web.Routing;

/// <summary>Looks that many readers share: whoever asks first looks, and the others of the next moment see the same.</summary>
internal sealed class Looks(TimeProvider clock)
{
    private const int Most = 4_096;

    private readonly ConcurrentDictionary<string, Look> _looks = new(StringComparer.Ordinal);

    /// <summary>What is seen under a name; looked at again when it is older than that.</summary>
    public async Task<T> AtAsync<T>(string name, TimeSpan fresh, Func<Task<T>> look)
        where T : notnull
    {
        while (true)
        {
            if (_looks.TryGetValue(name, out var seen) && clock.GetElapsedTime(seen.At) < fresh)
            {
                try
                {
                    return (T)await seen.Result.ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    // He who looked has gone.
                    _looks.TryRemove(new(name, seen));
                    continue;
                }
            }

            if (_looks.Count > Most)
            {
                _looks.Clear();
            }

            var result = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
            var mine = new Look(clock.GetTimestamp(), result.Task);
            if (seen is null ? !_looks.TryAdd(name, mine) : !_looks.TryUpdate(name, mine, seen))
            {
                continue;
            }

            try
            {
                var found = await look().ConfigureAwait(false);
                result.SetResult(found);
                return found;
            }
            catch (Exception fault)
            {
                _looks.TryRemove(new(name, mine));
                var told = fault as OperationCanceledException ?? new OperationCanceledException("The look failed.", fault);
                result.SetException(told);
                _ = result.Task.Exception;   // whether or not somebody waited
                throw;
            }
        }
    }

    /// <summary>What was seen under a name is no longer so.</summary>
    public void Forget(string name) => _looks.TryRemove(name, out _);

    private sealed record Look(long At, Task<object> Result);
}
