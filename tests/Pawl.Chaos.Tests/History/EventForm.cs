using System.Text;

namespace Pawl.Chaos.Tests.History;

/// <summary>Reads the packed events of one row after the description of their form, version 1.</summary>
internal static class EventForm
{
    private const int ReasonFollows = 2;
    private const int WorkerFollows = 16;

    private static readonly string[] States = ["scheduled", "blocked", "queued", "running", "succeeded", "failed", "cancelled"];

    private static readonly string[] Kinds =
    [
        "created", "due", "unblocked", "started", "progress", "checkpoint", "items", "retry_scheduled", "snoozed", "released", "lost",
        "timed_out", "cancel_requested", "succeeded", "failed", "cancelled", "retried", "recovered", "edited", "dismissed", "undismissed",
        "stale_write", "clock_skew", "notice", "recovery", "health", "alert", "paused", "resumed", "retry_deferred",
        "removed",
    ];

    public static IReadOnlyList<StoredEvent> Read(byte[] pack, long first, long at)
    {
        using var bytes = new BinaryReader(new MemoryStream(pack), Encoding.UTF8);
        var version = bytes.ReadByte();
        if (version != 1)
        {
            throw new InvalidDataException($"The events from {first} on have form {version}; this reader knows form 1.");
        }

        var events = new List<StoredEvent>();
        var job = 0L;
        while (bytes.BaseStream.Position < pack.Length)
        {
            var (kind, from, to, texts) = (bytes.ReadByte(), bytes.ReadByte(), bytes.ReadByte(), bytes.ReadByte());
            job += Signed(bytes);
            var (generation, attempt) = (bytes.Read7BitEncodedInt64(), bytes.Read7BitEncodedInt64());
            var time = at + Signed(bytes);   // since the base time of the row
            long? worker = (texts & WorkerFollows) == 0 ? null : bytes.Read7BitEncodedInt64();
            string? reason = null;
            for (var text = 1; text <= 8; text <<= 1)
            {
                if ((texts & text) != 0)
                {
                    var said = Encoding.UTF8.GetString(bytes.ReadBytes((int)bytes.Read7BitEncodedInt64()));
                    reason = text == ReasonFollows ? said : reason;
                }
            }

            events.Add(new(
                first + events.Count, Kinds[kind], job, (int)generation, (int)attempt, State(from), State(to), reason, worker, time));
        }

        return events;
    }

    private static string? State(byte number) => number == 0 ? null : States[number - 1];

    private static long Signed(BinaryReader bytes)
    {
        var value = bytes.Read7BitEncodedInt64();
        return (long)((ulong)value >> 1) ^ -(value & 1);
    }
}
