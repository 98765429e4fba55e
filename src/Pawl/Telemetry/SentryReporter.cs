using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Pawl.Telemetry;

/// <summary>Reports each failed attempt to an error tracker that takes Sentry's envelopes.</summary>
/// <remarks>Tags <c>type</c> and <c>id</c> to search by, and a context <c>job</c> with repository, processor (from the job's tags) and
/// attempt. Jobs never wait for it: what cannot be sent is dropped, and that is logged once until it works again.</remarks>
internal sealed class SentryReporter : IJobFailureObserver, IDisposable
{
    private const int MostWaiting = 100;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PauseWithoutWord = TimeSpan.FromSeconds(60);
    private static readonly string Version = typeof(SentryReporter).Assembly.GetName().Version?.ToString(3) ?? "0";

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), ActivityHeadersPropagator = null,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly SentryDsn _dsn;
    private readonly string? _environment;
    private readonly string? _release;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private int _waiting;
    private int _told;
    private long _silentUntil;

    public SentryReporter(SentryDsn dsn, string? environment, string? release, TimeProvider clock, ILogger logger) =>
        (_dsn, _environment, _release, _clock, _logger) = (dsn, environment, release, clock, logger);

    public void Dispose() => _client.Dispose();

    public async ValueTask FailedAsync(JobFailure failure, CancellationToken cancellationToken)
    {
        if (_clock.GetUtcNow().UtcTicks < Volatile.Read(ref _silentUntil))
        {
            return;
        }

        if (Interlocked.Increment(ref _waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            Tell("more failures at once than it takes", null);
            return;
        }

        try
        {
            await SendAsync(failure, cancellationToken);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException)
        {
            Tell("it does not answer", fault);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task SendAsync(JobFailure failure, CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(Limit, TimeProvider.System);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, _dsn.Envelope)
        {
            Content = new ReadOnlyMemoryContent(Envelope(failure))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/x-sentry-envelope") },
            },
        };
        request.Headers.TryAddWithoutValidation(
            "X-Sentry-Auth", $"Sentry sentry_version=7, sentry_client=pawl/{Version}, sentry_key={_dsn.PublicKey}");
        request.Headers.UserAgent.Add(new("pawl", Version));
        using var reply = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
        if (reply.IsSuccessStatusCode)
        {
            Volatile.Write(ref _told, 0);
            return;
        }

        if (reply.StatusCode == HttpStatusCode.TooManyRequests)
        {
            var wait = reply.Headers.RetryAfter?.Delta ?? PauseWithoutWord;
            Volatile.Write(ref _silentUntil, (_clock.GetUtcNow() + wait).UtcTicks);
        }

        Tell(string.Create(CultureInfo.InvariantCulture, $"it answered {(int)reply.StatusCode}"), null);
    }

    /// <summary>Three lines: of the envelope, of the one item in it, and the item.</summary>
    private ReadOnlyMemory<byte> Envelope(JobFailure failure)
    {
        var id = ActivityTraceId.CreateRandom().ToHexString();
        var item = new ArrayBufferWriter<byte>(4_096);
        using (var json = new Utf8JsonWriter(item))
        {
            WriteEvent(json, id, failure);
        }

        var whole = new ArrayBufferWriter<byte>(item.WrittenCount + 256);
        whole.Write(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {"event_id":"{{id}}","sent_at":"{{_clock.GetUtcNow().UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}}"}
            {"type":"event","content_type":"application/json","length":{{item.WrittenCount}}}

            """)));
        whole.Write(item.WrittenSpan);
        whole.Write("\n"u8);
        return whole.WrittenMemory;
    }

    private void WriteEvent(Utf8JsonWriter json, string id, JobFailure failure)
    {
        var error = failure.Error;
        json.WriteStartObject();
        json.WriteString("event_id", id);
        json.WriteString("timestamp", error.OccurredAt.UtcDateTime);
        json.WriteString("platform", "csharp");
        json.WriteString("level", failure.NextRunAt is null ? "error" : "warning");
        json.WriteString("logger", "Pawl");
        json.WriteString("transaction", failure.Type);
        json.WriteString("server_name", Environment.MachineName);
        if (_environment is not null)
        {
            json.WriteString("environment", _environment);
        }

        if (_release is not null)
        {
            json.WriteString("release", _release);
        }

        json.WriteStartObject("tags");
        json.WriteString("type", failure.Type);
        json.WriteString("id", failure.JobId.ToString());
        json.WriteString("queue", failure.Queue);
        json.WriteString("category", Words.Of(error.Category));
        json.WriteString("code", error.Code);
        json.WriteEndObject();
        json.WriteStartObject("contexts");
        json.WriteStartObject("job");
        json.WriteString("type", "job");
        json.WriteString("repository", failure.Tags?.GetValueOrDefault("repository"));
        json.WriteString("processor", failure.Tags?.GetValueOrDefault("processor"));
        json.WriteNumber("attempt", failure.Attempt);
        json.WriteString("rule", error.Rule);
        if (failure.NextRunAt is { } next)
        {
            json.WriteString("next_run_at", next);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("fingerprint");
        json.WriteStringValue(error.Fingerprint);
        json.WriteEndArray();
        json.WriteStartObject("exception");
        json.WriteStartArray("values");
        json.WriteStartObject();
        json.WriteString("type", error.Exception ?? error.Code);
        json.WriteString("value", error.Message);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        if (error.Stack is { } stack)
        {
            // As text, secrets masked; the parsed form would need the exception, in which nothing is masked.
            json.WriteStartObject("extra");
            json.WriteString("stack", stack);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void Tell(string why, Exception? fault)
    {
        if (Interlocked.Exchange(ref _told, 1) == 0)
        {
            Log.ReportDropped(_logger, _dsn.Place, why, fault);
        }
    }
}
