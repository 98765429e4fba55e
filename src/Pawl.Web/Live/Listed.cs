using Pawl.Web.Wire;

namespace Pawl.Web.Live;

/// <summary>A job as the topic <c>jobs</c> tells of it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Last">Its last event.</param>
/// <param name="Json">How it stands now, kept once for all readers; null when it is not in the list any more.</param>
internal sealed record Listed(JobId Id, long Last, byte[]? Json)
{
    private static readonly ReadOnlyMemory<byte> Begin = "{\"upserts\":["u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Comma = ","u8.ToArray();

    /// <summary>The data of an event of the topic <c>jobs</c>.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Data(IReadOnlyList<Listed> changes, JobCounts counts)
    {
        yield return Begin;
        var isFirst = true;
        foreach (var change in changes)
        {
            if (change.Json is { } job)
            {
                if (!isFirst)
                {
                    yield return Comma;
                }

                yield return job;
                isFirst = false;
            }
        }

        yield return Rest(changes, counts);
    }

    private static byte[] Rest(IReadOnlyList<Listed> changes, JobCounts counts)
    {
        var rest = Replies.Bytes(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("removed");
            foreach (var change in changes.Where(static change => change.Json is null))
            {
                json.WriteStringValue(change.Id.ToString());
            }

            json.WriteEndArray();
            CountsJson.States(json, "counts", counts.Counts);
            json.WriteEndObject();
        });
        return [.. "],"u8, .. rest.Span[1..]];   // the object was begun before
    }
}
