using System.Runtime.CompilerServices;
using System.Text;

namespace Pawl.Cli.Client;

/// <summary>One event of a stream.</summary>
/// <param name="Name">Such as <c>job</c>.</param>
/// <param name="Data">Its JSON.</param>
/// <param name="Id">Where to resume; null for events that are not of the record.</param>
internal sealed record StreamEvent(string Name, string Data, string? Id);

/// <summary>Reads <c>/api/stream</c> and goes on where it broke off, until nobody listens.</summary>
internal static class EventStream
{
    private const int MostFailures = 5;

    /// <summary>Events as they come. After <c>reset</c> and <c>hello</c> the reader should look afresh.</summary>
    /// <param name="api">The server.</param>
    /// <param name="topics">What is listened to, with what goes behind it in the query.</param>
    /// <param name="after">From which event on; null for now.</param>
    /// <param name="cancellationToken">Ends the listening.</param>
    public static async IAsyncEnumerable<StreamEvent> ReadAsync(
        Api api, string topics, string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var failures = 0;
        for (var last = after; ;)
        {
            HttpResponseMessage? response = null;
            try
            {
                var headers = last is null ? null : new[] { ("Last-Event-ID", last) };
                response = await api.OpenAsync($"api/stream?topics={topics}", headers, cancellationToken).ConfigureAwait(false);
            }
            catch (CliException error) when (error.ExitCode == ExitCode.Unavailable && failures is > 0 and < MostFailures)
            {
                failures++;   // it answered before: it may be starting again
            }

            if (response is not null)
            {
                using (response)
                {
                    var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                    using var reader = new StreamReader(stream, Encoding.UTF8);
                    await foreach (var found in EventsAsync(reader, cancellationToken).ConfigureAwait(false))
                    {
                        last = found.Id ?? last;
                        failures = 0;
                        if (found.Name == "reset")
                        {
                            last = null;
                        }

                        yield return found;
                    }
                }

                failures++;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(200 << failures, 2_000)), TimeProvider.System, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private static async IAsyncEnumerable<StreamEvent> EventsAsync(
        StreamReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (name, id, data) = ("message", (string?)null, new StringBuilder());
        while (await LineAsync(reader, cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (line.Length == 0)
            {
                if (data.Length > 0)
                {
                    yield return new(name, data.ToString(), id);
                }

                (name, id) = ("message", null);
                data.Clear();
            }
            else if (Value(line, "event") is { } said)
            {
                name = said;
            }
            else if (Value(line, "id") is { } number)
            {
                id = number;
            }
            else if (Value(line, "data") is { } part)
            {
                data.Append(data.Length > 0 ? "\n" : "").Append(part);
            }
        }
    }

    /// <summary>Null at the end, also where the connection broke.</summary>
    private static async Task<string?> LineAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>What stands behind the colon, less one blank; null when the line is another field's.</summary>
    private static string? Value(string line, string field)
    {
        if (!line.StartsWith(field, StringComparison.Ordinal) || line.Length == field.Length || line[field.Length] != ':')
        {
            return null;
        }

        var value = line.AsSpan(field.Length + 1);
        return (value.StartsWith(" ") ? value[1..] : value).ToString();
    }
}
