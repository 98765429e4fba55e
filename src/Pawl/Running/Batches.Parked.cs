namespace Pawl.Running;

/// <summary>Those that stepped aside: each is tried alone while others get by, and shows in the end whether it is to blame.</summary>
internal sealed partial class Batches<TItem, TReply>
{
    // Failures of one thing with others getting by before each, and it is to blame, not the store. With the waits between they take 6 s.
    private const int GiveUpAfterStrikes = 5;

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly List<Parked> _parked = [];

    private void Park(TItem item, long since, int failures) =>
        _parked.Add(new(item, since) { Failures = failures, TriedAt = _clock.GetTimestamp(), TriedAfter = _calls });

    /// <summary>Tries those again that stepped aside and whose time has come.</summary>
    private async Task RetryParkedAsync(CancellationToken hurry)
    {
        for (var i = 0; i < _parked.Count && !hurry.IsCancellationRequested;)
        {
            var parked = _parked[i];
            if (_clock.GetElapsedTime(parked.TriedAt) < parked.Wait)
            {
                i++;
                continue;
            }

            List<TItem> one = [parked.Item];
            var (replies, error) = await TryAsync(one, hurry);
            if (replies is not null)
            {
                _parked.RemoveAt(i);
                Took(one, replies);
                continue;
            }

            if (hurry.IsCancellationRequested)
            {
                return;
            }

            var othersGetBy = _calls > parked.TriedAfter;
            parked.Strikes += othersGetBy ? 1 : 0;
            if (!StoreFaults.IsOutage(error) || parked.Strikes >= GiveUpAfterStrikes || IsPatienceOver(parked.Since))
            {
                _parked.RemoveAt(i);
                GiveUp(parked.Item, error);
                continue;
            }

            parked.Failures++;
            (parked.TriedAt, parked.TriedAfter) = (_clock.GetTimestamp(), _calls);
            if (!othersGetBy)
            {
                // The store may be away, and then each would wait for it in vain.
                return;
            }

            i++;
        }
    }

    /// <summary>How long until one that stepped aside is tried again.</summary>
    private TimeSpan UntilParked()
    {
        if (_parked.Count == 0)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var least = _parked.Min(parked => parked.Wait - _clock.GetElapsedTime(parked.TriedAt));
        return least > ShortestWait ? least : ShortestWait;
    }

    /// <summary>One that stepped aside.</summary>
    private sealed class Parked(TItem item, long since)
    {
        public TItem Item => item;

        public long Since => since;

        public int Failures { get; set; }

        public long TriedAt { get; set; }

        /// <summary>How many calls the store had taken at the last try.</summary>
        public long TriedAfter { get; set; }

        /// <summary>How often it failed although others got by since its last try.</summary>
        public int Strikes { get; set; }

        public TimeSpan Wait => StoreFaults.Delay(Failures, FirstWait, LongestWait);
    }
}
