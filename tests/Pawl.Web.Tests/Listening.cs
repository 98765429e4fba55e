using System.Text;
using System.Text.Json.Nodes;

namespace Pawl.Web.Tests;

/// <summary>Reads server-sent events from a real connection, each wait with a limit.</summary>
public sealed class Listening : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly HttpResponseMessage _reply;
    private readonly StreamReader _reader;

    private Listening(HttpResponseMessage reply, StreamReader reader) => (_reply, _reader) = (reply, reader);

    /// <summary>The headers of the answer.</summary>
    public HttpResponseMessage Reply => _reply;

    /// <summary>The comments that were heard.</summary>
    public List<string> Comments { get; } = [];

    /// <summary>The last id that was heard.</summary>
    public string? LastId { get; private set; }

    /// <summary>Opens a stream.</summary>
    public static async Task<Listening> ToAsync(Served served, string path, string? key = null, string? last = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new("Bearer", key ?? served.Key);
        if (last is not null)
        {
            request.Headers.Add("Last-Event-ID", last);
        }

        var reply = await served.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal((200, "text/event-stream"), ((int)reply.StatusCode, reply.Content.Headers.ContentType?.MediaType));
        return new(reply, new(await reply.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken), Encoding.UTF8));
    }

    /// <summary>The next event; null at the end of the stream.</summary>
    public async Task<Heard?> NextAsync()
    {
        using var late = new CancellationTokenSource(Limit, TimeProvider.System);
        var (name, id, data) = ("message", (string?)null, (string?)null);
        while (await LineAsync(late.Token) is { } line)
        {
            if (line.Length == 0)
            {
                if (data is not null)
                {
                    LastId = id ?? LastId;
                    return new(name, id, JsonNode.Parse(data)!);
                }

                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var value = line[(colon + 1)..].TrimStart(' ');
            switch (line[..colon])
            {
                case "":
                    Comments.Add(value);
                    break;
                case "event":
                    name = value;
                    break;
                case "id":
                    id = value;
                    break;
                case "data":
                    data = data is null ? value : $"{data}\n{value}";
                    break;
            }
        }

        return null;
    }

    /// <summary>The next event of a name; others are passed over.</summary>
    public async Task<Heard> NextAsync(string name, Func<JsonNode, bool>? fits = null)
    {
        while (true)
        {
            var heard = await NextAsync() ?? throw new InvalidOperationException($"The stream ended before {name}.");
            if (heard.Name == name && fits?.Invoke(heard.Data) != false)
            {
                return heard;
            }
        }
    }

    /// <summary>All events up to one that fits, that one too.</summary>
    public async Task<List<Heard>> UntilAsync(Func<Heard, bool> last)
    {
        for (var all = new List<Heard>(); ;)
        {
            all.Add(await NextAsync() ?? throw new InvalidOperationException("The stream ended."));
            if (last(all[^1]))
            {
                return all;
            }
        }
    }

    /// <summary>Reads until a comment was heard.</summary>
    public async Task CommentAsync(string text)
    {
        using var late = new CancellationTokenSource(Limit, TimeProvider.System);
        while (await LineAsync(late.Token) is { } line)
        {
            if (line == $": {text}")
            {
                return;
            }
        }

        Assert.Fail($"The stream ended before the comment {text}.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // A read that is broken off closes the connection at once; else the client would wait 2 s for the rest of the reply.
        using var now = new CancellationTokenSource();
        var reading = _reader.BaseStream.ReadAsync(new byte[1], now.Token).AsTask();
        await now.CancelAsync();
        await Task.WhenAny(reading);
        _ = reading.Exception;
        _reader.Dispose();
        _reply.Dispose();
    }

    private async Task<string?> LineAsync(CancellationToken late)
    {
        try
        {
            return await _reader.ReadLineAsync(late);
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException)
        {
            return null;
        }
    }
}

/// <summary>One event.</summary>
public sealed record Heard(string Name, string? Id, JsonNode Data)
{
    /// <summary>The number of the event in its id.</summary>
    public long Seq => long.Parse(Id!.Split('/')[0], System.Globalization.CultureInfo.InvariantCulture);
}
