using System.Buffers;

namespace Pawl.Declared;

/// <summary>Cuts a stream of bytes into lines. A line without an end costs no more memory than the longest that is allowed.</summary>
internal sealed class LineSplitter(int longest, int kept)
{
    private readonly ArrayBufferWriter<byte> _line = new(256);
    private bool _isCut;

    /// <summary>Takes the next bytes and gives each line that ends in them.</summary>
    /// <param name="bytes">The next bytes.</param>
    /// <param name="line">Called with a line without its end, and whether the rest of it was too long to be kept.</param>
    public async ValueTask AddAsync(ReadOnlyMemory<byte> bytes, Func<ReadOnlyMemory<byte>, bool, ValueTask> line)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.Span.IndexOf((byte)'\n');
            Keep(end < 0 ? bytes.Span : bytes.Span[..end]);
            if (end < 0)
            {
                return;
            }

            await EndAsync(line);
            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>Gives the last line, if it had no end.</summary>
    public ValueTask FinishAsync(Func<ReadOnlyMemory<byte>, bool, ValueTask> line) =>
        _line.WrittenCount > 0 || _isCut ? EndAsync(line) : ValueTask.CompletedTask;

    private async ValueTask EndAsync(Func<ReadOnlyMemory<byte>, bool, ValueTask> line)
    {
        var whole = _line.WrittenMemory;
        await line(_isCut ? whole[..Math.Min(kept, whole.Length)] : whole.Span is [.., (byte)'\r'] ? whole[..^1] : whole, _isCut);
        _line.ResetWrittenCount();
        _isCut = false;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        var room = longest - _line.WrittenCount;
        if (bytes.Length > room)
        {
            _isCut = true;
            bytes = bytes[..room];
        }

        _line.Write(bytes);
    }
}
