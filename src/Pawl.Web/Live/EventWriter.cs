using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Pawl.Web.Live;

/// <summary>Writes server-sent events, a little at a time: what many readers are told is kept once, and of each only as much is copied as
/// he takes.</summary>
internal sealed class EventWriter(PipeWriter pipe)
{
    private const int AtOnce = 64 * 1024;
    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);

    private readonly Queue<(ReadOnlyMemory<byte> Bytes, bool IsData)> _waiting = [];
    private ReadOnlyMemory<byte> _rest;
    private bool _isData;

    /// <summary>Whether something waits to be written.</summary>
    public bool HasMore => _waiting.Count > 0 || !_rest.IsEmpty;

    /// <summary>Tells an event.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="id">Its id, if it has one.</param>
    /// <param name="data">What it tells, in pieces that nobody changes any more.</param>
    public void Event(string name, string? id, params IEnumerable<ReadOnlyMemory<byte>> data)
    {
        Line(id is null ? $"event: {name}\ndata: " : $"event: {name}\nid: {id}\ndata: ");
        foreach (var piece in data)
        {
            _waiting.Enqueue((piece, true));
        }

        Line("\n\n");
    }

    /// <summary>Tells how long to wait before coming again.</summary>
    public void Retry(string milliseconds) => Line($"retry: {milliseconds}\n\n");

    /// <summary>Tells what no reader hears, to say that the stream lives.</summary>
    public void Comment(string text) => Line($": {text}\n\n");

    /// <summary>Writes and sends the next of what waits.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var left = AtOnce;
        while (left > 0 && HasMore)
        {
            if (_rest.IsEmpty)
            {
                (_rest, _isData) = _waiting.Dequeue();
            }

            var piece = _rest[..Math.Min(left, _rest.Length)];
            _rest = _rest[piece.Length..];
            left -= piece.Length;
            Write(piece.Span);
        }

        await pipe.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Write(ReadOnlySpan<byte> piece)
    {
        // A payload is kept as it came, with the ends of lines that stood between its members.
        for (var end = _isData ? piece.IndexOfAny(LineEnds) : -1; end >= 0; end = piece.IndexOfAny(LineEnds))
        {
            pipe.Write(piece[..end]);
            pipe.Write("\ndata: "u8);
            piece = piece[(end + 1)..];
        }

        pipe.Write(piece);
    }

    private void Line(string text) => _waiting.Enqueue((Encoding.UTF8.GetBytes(text), false));
}
