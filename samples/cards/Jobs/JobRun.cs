using System.Text.Json;
using Cards.Face;
using Pawl;

namespace Cards.Jobs;

/// <summary>Has an order done: goes on with what is open of it, creates the rest, and follows it to the end.</summary>
internal sealed class JobRun(IJobs jobs, IFace face, TimeProvider clock)
{
    private static readonly JsonSerializerOptions Form = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static T Read<T>(ReadOnlyMemory<byte> json) =>
        JsonSerializer.Deserialize<T>(json.Span, Form) ?? throw new FormatException($"The stored {typeof(T).Name} is null.");

    /// <returns>The two jobs when both have ended.</returns>
    public async Task<(Job Reprocess, Job Export)> RunAsync(Order order, Earlier earlier, CancellationToken cancellationToken)
    {
        if (earlier.Unwanted)
        {
            await StopAsync(earlier, cancellationToken).ConfigureAwait(false);
        }
        else if (earlier.IsOther)
        {
            face.Say("Finishing the earlier run.");
            await FollowAsync(earlier.Reprocess, earlier.Export, cancellationToken).ConfigureAwait(false);
        }
        else if (earlier.Reprocess is { } open)
        {
            face.Say(open.Progress is { Fraction: { } share }
                ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Going on with the earlier run, at {share * 100:0} %.")
                : "Going on with the earlier run.");
        }

        var reprocess = await jobs.EnqueueAsync(order.Reprocess, order.ReprocessOptions, cancellationToken).ConfigureAwait(false);
        var export = await jobs.EnqueueAsync(order.Export, order.ExportOptions(reprocess.Id), cancellationToken).ConfigureAwait(false);
        return await FollowAsync(
            reprocess.Id, earlier.IsSame ? earlier.Reprocess?.Attempt ?? 0 : 0, export.Id, cancellationToken).ConfigureAwait(false);
    }

    private async Task FollowAsync(Job? reprocess, Job? export, CancellationToken cancellationToken)
    {
        if ((reprocess ?? export) is { } first)
        {
            await FollowAsync(first.Id, first.Attempt, (export ?? first).Id, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(Job Reprocess, Job Export)> FollowAsync(JobId first, int after, JobId last, CancellationToken cancellationToken)
    {
        var follower = new Follower(jobs, clock);
        Job? one = null;
        Job? two = null;
        await face.FollowAsync(async watch =>
        {
            one = await follower.FollowAsync(first, after, watch, cancellationToken).ConfigureAwait(false);
            two = await follower.FollowAsync(last, 0, watch with { Progress = static _ => { } }, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return (one!, two!);
    }

    private async Task StopAsync(Earlier earlier, CancellationToken cancellationToken)
    {
        // The deck first: it would be written as soon as the other is gone.
        foreach (var job in new[] { earlier.Export, earlier.Reprocess }.OfType<Job>())
        {
            await jobs.CancelAsync(job.Id, new CancelOptions { Reason = "another run was asked for" }, cancellationToken)
                .ConfigureAwait(false);
            await jobs.WaitAsync(job.Id, cancellationToken).ConfigureAwait(false);
        }
    }
}
