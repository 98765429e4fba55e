using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace Pawl.Web.Live;

/// <summary>Writes server-sent events.</summary>
internal sealed class EventWriter(PipeWriter pipe)
{
    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);

    /// <summary>Whether something was written since the last flush.</summary>
    public bool HasMore { get; private set; }

    /// <summary>Writes an event.</summary>
    public void Event(string name, string? id, ReadOnlySpan<byte> data)
    {
        Line("event: "u8, name);
        if (id is not null)
        {
            Line("id: "u8, id);
        }

        // A payload is kept as it came, with the ends of lines that stood between its members.
        while (true)
        {
            var end = data.IndexOfAny(LineEnds);
            pipe.Write("data: "u8);
            pipe.Write(end < 0 ? data : data[..end]);
            pipe.Write("\n"u8);
            if (end < 0)
            {
                break;
            }

            data = data[(end + 1)..];
        }

        pipe.Write("\n"u8);
        HasMore = true;
    }

    /// <summary>Writes how long to wait before coming again.</summary>
    public void Retry(string milliseconds)
    {
        Line("retry: "u8, milliseconds);
        pipe.Write("\n"u8);
        HasMore = true;
    }

    /// <summary>Writes what no reader hears, to say that the stream lives.</summary>
    public void Comment(string text)
    {
        Line(": "u8, text);
        pipe.Write("\n"u8);
        HasMore = true;
    }

    /// <summary>Sends what was written.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        HasMore = false;
        await pipe.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Line(ReadOnlySpan<byte> field, string value)
    {
        pipe.Write(field);
        Encoding.UTF8.GetBytes(value, pipe);
        pipe.Write("\n"u8);
    }
}
