using System.Buffers.Binary;

namespace Pawl.Storage;

/// <summary>How long the attempts of one line waited and ran in one minute, by the steps of a <see cref="Histogram"/>.</summary>
/// <remarks>A store keeps only the steps that hold something: each as a number, the step above bit 40 and the count below.</remarks>
internal sealed class MinuteTimes
{
    /// <summary>Where the step stands in a packed number.</summary>
    public const int Shift = 40;

    private const long Mask = (1L << Shift) - 1;
    private const int Runs = 64;

    private long[]? _counts;

    public bool IsEmpty => _counts is null;

    public Histogram Waits => Of(0);

    public Histogram Ran => Of(Runs);

    public void AddWait(long micros) => Add(Histogram.StepOf(micros), 1);

    public void AddRun(long micros) => Add(Runs + Histogram.StepOf(micros), 1);

    public void Add(int step, long count) => (_counts ??= new long[2 * Runs])[step] += count;

    /// <summary>Adds what was packed into numbers.</summary>
    public void Add(ReadOnlySpan<long> packed)
    {
        foreach (var one in packed)
        {
            Add((int)(one >> Shift), one & Mask);
        }
    }

    /// <summary>Adds what was packed into bytes.</summary>
    public void Add(ReadOnlySpan<byte> packed)
    {
        for (; packed.Length >= sizeof(long); packed = packed[sizeof(long)..])
        {
            var one = BinaryPrimitives.ReadInt64LittleEndian(packed);
            Add((int)(one >> Shift), one & Mask);
        }
    }

    /// <summary>As numbers, in the order of the steps.</summary>
    public long[] Pack()
    {
        var packed = new List<long>();
        for (var step = 0; step < (_counts?.Length ?? 0); step++)
        {
            if (_counts![step] > 0)
            {
                packed.Add(((long)step << Shift) | _counts[step]);
            }
        }

        return [.. packed];
    }

    /// <summary>As bytes.</summary>
    public byte[] PackBytes()
    {
        var numbers = Pack();
        var bytes = new byte[numbers.Length * sizeof(long)];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), numbers[i]);
        }

        return bytes;
    }

    private Histogram Of(int first)
    {
        if (_counts is null)
        {
            return Histogram.Empty;
        }

        var last = Array.FindLastIndex(_counts, first + Runs - 1, Runs, count => count > 0);
        return last < first ? Histogram.Empty : new Histogram(_counts[first..(last + 1)]);
    }
}
