namespace Pawl.Victim;

/// <summary>What the callers asked for and what they were told, each written before it is acted on.</summary>
internal sealed class Calls(Order order, TimeProvider clock) : IDisposable
{
    private readonly Journal _journal = new(Journal.PathOf(order, "calls"));
    private int _last;

    /// <summary>Makes a call and writes down both of its ends.</summary>
    /// <param name="kind"><c>single</c>, <c>batch</c>, <c>unique</c> or <c>idempotent</c>.</param>
    /// <param name="count">How many jobs it asks for.</param>
    /// <param name="key">The key, which is also the label then.</param>
    /// <param name="call">The call, given the options with that label.</param>
    /// <returns>How many jobs it created.</returns>
    /// <remarks>A call that failed may have been carried out all the same. It is written down and thrown on.</remarks>
    public async Task<int> MakeAsync(string kind, int count, string? key, Func<EnqueueOptions, Task<EnqueueResult[]>> call)
    {
        var number = Interlocked.Increment(ref _last);
        var tag = key is null ? $"{order.Life}-{number}" : $"{kind}-{key}";
        Write("invoke");
        try
        {
            var answers = await call(new() { Tags = new Dictionary<string, string> { ["call"] = tag } });
            Write("ok", [.. answers.Select(answer => answer.Id.Value)], answers[0].Deduplicated);
            return answers.Count(answer => !answer.Deduplicated);
        }
        catch (Exception error)
        {
            Write("fail", error: error.ToString());
            throw;
        }

        void Write(string what, long[]? ids = null, bool deduplicated = false, string? error = null) => _journal.Write(new
        {
            order.Life,
            Pid = Environment.ProcessId,
            Mono = clock.GetTimestamp(),
            Number = number,
            What = what,
            Kind = kind,
            Count = count,
            Tag = tag,
            Key = key,
            Ids = ids ?? [],
            Deduplicated = deduplicated,
            Error = error,
        });
    }

    public void Dispose() => _journal.Dispose();
}
