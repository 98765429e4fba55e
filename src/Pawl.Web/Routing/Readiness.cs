using System.Data.Common;
using System.Globalization;
using Pawl.Storage;
using Pawl.Web.Wire;

namespace Pawl.Web.Routing;

/// <summary>Whether the store can be worked on; looked at most once a second, however many probes ask.</summary>
internal sealed class Readiness(IJobStore store, TimeProvider clock, CancellationToken stopping)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private volatile Seen? _last;

    /// <summary>What was seen.</summary>
    public async ValueTask<Seen> LookAsync(CancellationToken cancellationToken)
    {
        if (_last is not { } seen || clock.GetElapsedTime(seen.At) > Fresh)
        {
            _last = seen = await NowAsync(cancellationToken).ConfigureAwait(false);
        }

        return stopping.IsCancellationRequested ? seen with { Reasons = [.. seen.Reasons, "draining"] } : seen;
    }

    private async ValueTask<Seen> NowAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = new CancellationTokenSource(Patience, clock);
        using var link = timer.Token.UnsafeRegister(static late => ((CancellationTokenSource)late!).Cancel(), late);
        try
        {
            var schema = await store.MigrateAsync(apply: false, late.Token).ConfigureAwait(false);
            return new(
                clock.GetTimestamp(),
                clock.GetElapsedTime(began),
                true,
                schema.Ready ? [] : ["waiting_for_schema"],
                [.. schema.Pending.Select(NumberOf)]);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested
            && fault is PawlException or DbException or OperationCanceledException or TimeoutException)
        {
            var code = fault is PawlException known ? Codes.Public(known.Code) : "storage_unavailable";
            return new(clock.GetTimestamp(), clock.GetElapsedTime(began), false, [code], []);
        }
    }

    // Such as 0003_bulk.
    private static int NumberOf(string step) =>
        int.TryParse(step.AsSpan(0, Math.Min(4, step.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;

    /// <summary>What was seen.</summary>
    /// <param name="At">When.</param>
    /// <param name="Took">How long the look took.</param>
    /// <param name="StoreAnswers">Whether the store answered.</param>
    /// <param name="Reasons">Why no work can be taken; empty when it can.</param>
    /// <param name="Pending">The steps that the tables lack.</param>
    internal sealed record Seen(
        long At, TimeSpan Took, bool StoreAnswers, IReadOnlyList<string> Reasons, IReadOnlyList<int> Pending)
    {
        /// <summary>Whether work can be taken.</summary>
        public bool Ready => Reasons.Count == 0;
    }
}
