namespace Pawl.Running;

/// <summary>What the walks of one attempt over items have counted.</summary>
internal sealed class ItemTally(long done, long failed, long skipped)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ErrorCategory, int> _categories = [];
    private long _done = done;
    private long _failed = failed;
    private long _skipped = skipped;
    private int _begun;

    /// <summary>Whether it began with what earlier attempts had counted.</summary>
    public bool Resumed { get; init; }

    /// <summary>Whether items may come that earlier attempts have counted although they lie behind no checkpoint.</summary>
    public bool MeetsCounted { get; set; }

    /// <summary>Takes one from the number of items an attempt may do; false when they are used up.</summary>
    public bool TryBegin(int? most)
    {
        lock (_gate)
        {
            if (_begun >= most)
            {
                return false;
            }

            _begun++;
            return true;
        }
    }

    public void Done()
    {
        lock (_gate)
        {
            _done++;
        }
    }

    public void Failed(ErrorCategory? category)
    {
        lock (_gate)
        {
            _failed++;
            if (category is { } known)
            {
                _categories[known] = _categories.GetValueOrDefault(known) + 1;
            }
        }
    }

    /// <summary>One that failed before is tried again.</summary>
    public void TriedAgain()
    {
        lock (_gate)
        {
            _failed = Math.Max(0, _failed - 1);
        }
    }

    public void Skipped()
    {
        lock (_gate)
        {
            _skipped++;
        }
    }

    public ItemWalk Read()
    {
        lock (_gate)
        {
            return new(_done, _failed, _skipped);
        }
    }

    /// <summary>What an attempt with too many failed items fails with; null when there are few enough.</summary>
    /// <param name="most">The share of failed items that is allowed.</param>
    public JobException? Fault(double most)
    {
        lock (_gate)
        {
            var all = _done + _failed + _skipped;
            if (_failed == 0 || (double)_failed / all <= most)
            {
                return null;
            }

            // One that may pass is worth another attempt, even among many that will not.
            var worst = _categories
                .OrderByDescending(pair => Errors.ErrorDefaults.Of(pair.Key).Disposition == Disposition.Retry)
                .ThenByDescending(pair => pair.Value)
                .ThenBy(pair => pair.Key)
                .Select(pair => (ErrorCategory?)pair.Key)
                .FirstOrDefault();
            return new(
                worst ?? ErrorCategory.Internal,
                $"{_failed} of {all} items failed, more than the {most:P0} that are allowed. "
                + "The next attempt does only those; each has its own error.",
                "items_failed");
        }
    }
}
