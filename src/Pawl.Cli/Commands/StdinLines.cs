using System.Buffers;
using System.Text.Unicode;

namespace Pawl.Cli.Commands;

/// <summary>The lines of a stream one after the other; of a line that is too long no more than its bound is ever held.</summary>
internal sealed class StdinLines(Stream stream, int mostBytes)
{
    private readonly byte[] _part = new byte[65536];
    private readonly ArrayBufferWriter<byte> _line = new();
    private ReadOnlyMemory<byte> _rest;

    /// <summary>Of the line that came last, from 1 on.</summary>
    public int Number { get; private set; }

    /// <summary>The next line without its end; null behind the last one.</summary>
    /// <exception cref="CliException">Exit code 2: too long, not UTF-8, or not readable.</exception>
    public async ValueTask<byte[]?> NextAsync(CancellationToken cancellationToken)
    {
        Number++;
        _line.ResetWrittenCount();
        while (true)
        {
            var end = _rest.Span.IndexOf((byte)'\n');
            _line.Write(_rest.Span[..(end < 0 ? _rest.Length : end)]);
            if (_line.WrittenCount > mostBytes)
            {
                throw CliException.Usage($"line {Number} of stdin is longer than {mostBytes >> 20} MB", "a job is at most 1 MB");
            }

            if (end >= 0)
            {
                _rest = _rest[(end + 1)..];
                return Line();
            }

            _rest = _part.AsMemory(0, await ReadAsync(cancellationToken).ConfigureAwait(false));
            if (_rest.IsEmpty)
            {
                return _line.WrittenCount > 0 ? Line() : null;
            }
        }
    }

    private byte[] Line()
    {
        var line = _line.WrittenSpan;
        line = Number == 1 && line.StartsWith("\uFEFF"u8) ? line[3..] : line;
        return Utf8.IsValid(line) ? line.ToArray() : throw CliException.Usage($"line {Number} of stdin is not UTF-8", "send UTF-8");
    }

    private async ValueTask<int> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(_part, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw CliException.Usage($"line {Number} of stdin cannot be read: {error.Message}");
        }
    }
}
