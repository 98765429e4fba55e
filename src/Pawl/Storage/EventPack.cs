using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pawl.Storage;

/// <summary>Packs the events of one transaction into a few bytes each, so that full history costs little.</summary>
/// <remarks>Layout, version 1: a version byte, then for each event: kind, from + 1, to + 1 (a byte each, 0 for none), a byte of flags for
/// the texts that follow, job id as a signed difference to the one before, generation, attempt, microseconds since the pack's base time,
/// then the worker's number if one did it, and the texts (actor, reason, title, data) as length and UTF-8. Numbers are little-endian
/// base 128, signed ones zigzag.</remarks>
internal sealed class EventPack
{
    private const byte Version = 1;
    private readonly ArrayBufferWriter<byte> _bytes = new(256);
    private long _lastJob;
    private long _baseMicros;

    public int Count { get; private set; }

    public long BaseMicros => _baseMicros;

    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    public void Clear()
    {
        _bytes.ResetWrittenCount();
        _lastJob = 0;
        Count = 0;
    }

    public void Add(
        EventKind kind,
        long job,
        int generation,
        int attempt,
        JobState? from,
        JobState? to,
        long atMicros,
        string? actor = null,
        string? reason = null,
        string? title = null,
        string? data = null,
        long worker = 0)
    {
        if (Count == 0)
        {
            _baseMicros = atMicros;
            Byte(Version);
        }

        Byte((byte)kind);
        Byte(from is { } before ? (byte)(before + 1) : (byte)0);
        Byte(to is { } after ? (byte)(after + 1) : (byte)0);
        var texts = (actor is null ? 0 : 1) | (reason is null ? 0 : 2) | (title is null ? 0 : 4) | (data is null ? 0 : 8);
        Byte((byte)(texts | (worker == 0 ? 0 : 16)));
        Signed(job - _lastJob);
        Unsigned((ulong)generation);
        Unsigned((ulong)attempt);
        Signed(atMicros - _baseMicros);
        if (worker != 0)
        {
            Unsigned((ulong)worker);
        }

        Text(actor);
        Text(reason);
        Text(title);
        Text(data);
        _lastJob = job;
        Count++;
    }

    /// <summary>Unpacks all events of one transaction.</summary>
    /// <param name="bytes">What <see cref="Bytes"/> gave.</param>
    /// <param name="first">The number of the first event.</param>
    /// <param name="baseMicros">The base time.</param>
    /// <exception cref="FormatException">The bytes are damaged or of a newer version.</exception>
    public static List<EventRecord> Unpack(ReadOnlySpan<byte> bytes, long first, long baseMicros)
    {
        var reader = new Reader(bytes);
        var version = reader.Byte();
        if (version != Version)
        {
            throw new FormatException($"An event pack of version {version}; this program knows {Version}. Upgrade the program.");
        }

        var events = new List<EventRecord>();
        var job = 0L;
        while (!reader.AtEnd)
        {
            var kind = (EventKind)reader.Byte();
            var from = reader.Byte();
            var to = reader.Byte();
            var texts = reader.Byte();
            job += reader.Signed();
            events.Add(new EventRecord
            {
                Seq = first + events.Count,
                Kind = kind,
                JobId = job == 0 ? null : new JobId(job),
                From = from == 0 ? null : (JobState)(from - 1),
                To = to == 0 ? null : (JobState)(to - 1),
                Generation = (int)reader.Unsigned(),
                Attempt = (int)reader.Unsigned(),
                At = DateTimeOffset.UnixEpoch.AddTicks((baseMicros + reader.Signed()) * TimeSpan.TicksPerMicrosecond),
                Actor = ActorOf(ref reader, texts),
                Reason = (texts & 2) == 0 ? null : reader.Text(),
                Title = (texts & 4) == 0 ? null : reader.Text(),
                Data = (texts & 8) == 0 ? null : reader.Text(),
            });
        }

        return events;
    }

    /// <summary>A worker is told by its number, which most events of a run are about; anybody else by name.</summary>
    private static string? ActorOf(ref Reader reader, byte texts)
    {
        var worker = (texts & 16) == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"worker:{reader.Unsigned()}");
        return (texts & 1) == 0 ? worker : reader.Text();
    }

    private void Byte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }

    private void Signed(long value) => Unsigned((ulong)((value << 1) ^ (value >> 63)));

    private void Unsigned(ulong value)
    {
        var span = _bytes.GetSpan(10);
        var at = 0;
        while (value >= 0x80)
        {
            span[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[at++] = (byte)value;
        _bytes.Advance(at);
    }

    private void Text(string? text)
    {
        if (text is null)
        {
            return;
        }

        text = StoredText.Of(text);
        var length = Encoding.UTF8.GetByteCount(text);
        Unsigned((ulong)length);
        _bytes.Advance(Encoding.UTF8.GetBytes(text, _bytes.GetSpan(length)));
    }

    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public readonly bool AtEnd => _rest.IsEmpty;

        public byte Byte()
        {
            if (_rest.IsEmpty)
            {
                throw new FormatException("An event pack ends too early.");
            }

            var value = _rest[0];
            _rest = _rest[1..];
            return value;
        }

        public long Signed()
        {
            var value = Unsigned();
            return (long)(value >> 1) ^ -(long)(value & 1);
        }

        public ulong Unsigned()
        {
            var value = 0UL;
            for (var shift = 0; shift < 64; shift += 7)
            {
                var next = Byte();
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }

            throw new FormatException("An event pack holds a number that is too long.");
        }

        public string Text()
        {
            var length = (int)Unsigned();
            if (length > _rest.Length)
            {
                throw new FormatException("An event pack ends too early.");
            }

            var text = Encoding.UTF8.GetString(_rest[..length]);
            _rest = _rest[length..];
            return text;
        }
    }
}
