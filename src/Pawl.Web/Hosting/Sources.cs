using System.Globalization;
using System.Text.Json;
using Pawl.Web.Api;
using Pawl.Web.Live;
using Pawl.Web.Wire;

namespace Pawl.Web.Hosting;

/// <summary>What a stream can follow that is on no record.</summary>
internal static class Sources
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<Source> All { get; } =
    [
        new("stats", "stats", Second, async call => One(await StatisticsReports.ReadAsync(call).ConfigureAwait(false))),
        new("health", "health", Moment, async call => One(await HealthReports.ReadAsync(call).ConfigureAwait(false))),
        new("queues", "queue", Second, async call =>
            [.. (await Queues.ReadAsync(call).ConfigureAwait(false)).Select(queue => new Thing(queue.Name, Replies.Bytes(queue.Write)))]),
        new("workers", "worker", Second, async call =>
            [.. (await Workers.ReadAsync(call).ConfigureAwait(false))
                .Select(worker => new Thing(Text(worker.Id), Replies.Bytes(worker.Write), worker.Stamp))]),
        new("bulk", "bulk", Second, async call =>
            [.. (await Bulk.ReadAsync(call).ConfigureAwait(false))
                .Select(one => new Thing(Text(one.Id), Replies.Bytes(json => Bulk.Write(json, one))))]),
        new("failures", "failure", Moment, async call =>
            [.. (await Failures.ReadAsync(call).ConfigureAwait(false)).Select(group => new Thing(
                group.Fingerprint,
                Replies.Bytes(json => Failures.Write(json, group)),
                string.Create(CultureInfo.InvariantCulture, $"{group.Attempts} {group.Dead} {group.LastSeen.Ticks}")))]),
    ];

    private static IReadOnlyList<Thing> One(Action<Utf8JsonWriter> write) => [new(null, Replies.Bytes(write))];

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
