using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pawl.Storage;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Does what creates once, however often the request comes with the same <c>Idempotency-Key</c>.</summary>
internal static class Once
{
    private const string Header = "Idempotency-Key";
    private const int Looks = 40;
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(50);

    /// <summary>Makes something, or answers with what was made before.</summary>
    /// <param name="call">The request.</param>
    /// <param name="body">Its body; default when it has none.</param>
    /// <param name="make">Makes it. The argument is a key under which the engine would know the same request again after a crash; null
    /// without the header.</param>
    /// <param name="again">Answers a repeated request; the argument is what <see cref="Made.Kept"/> was.</param>
    public static async Task DoAsync(Call call, JsonElement? body, Func<string?, Task<Made>> make, Func<string, Task> again)
    {
        if (KeyOf(call) is not { } shown)
        {
            var made = await make(null).ConfigureAwait(false);
            await made.WriteAsync().ConfigureAwait(false);
            return;
        }

        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{call.Route.Verb} {call.Route.Template}\n{call.Caller.KeyId}\n{shown}"))));
        var request = new ReplayRequest(key, HashOf(call, body), call.Now) { Hold = call.Site.Engine.IdempotencyHold };
        var reply = await BeginAsync(call, request).ConfigureAwait(false);
        switch (reply.State)
        {
            case ReplayState.Conflict:
                throw new ProblemException(
                    "idempotency_conflict",
                    $"The key {Shown.Text(shown)} belongs to another request. Send the same request, or choose another key.",
                    [.. await NamedAsync(call, reply.Body).ConfigureAwait(false)]);
            case ReplayState.Known:
                call.Http.Response.Headers["Idempotency-Replayed"] = "true";
                await again(reply.Body ?? "").ConfigureAwait(false);
                return;
            case ReplayState.Running:
                throw new ProblemException(new Problem("overloaded", "The same request is being done right now. Ask again in a moment.")
                {
                    RetryAfter = TimeSpan.FromSeconds(1),
                });
            default:
                await BegunAsync(call, key, reply.Turn, make).ConfigureAwait(false);
                return;
        }
    }

    private static async Task BegunAsync(Call call, string key, long turn, Func<string?, Task<Made>> make)
    {
        Made made;
        try
        {
            made = await make($"http:{key}").ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Nothing was made, so the next one with this key begins anew.
            await EndAsync(call, new(key, turn, null)).ConfigureAwait(false);
            throw;
        }

        await EndAsync(call, new(key, turn, made.Status, made.Kept, made.Location)).ConfigureAwait(false);
        await made.WriteAsync().ConfigureAwait(false);
    }

    // Also when the caller has gone meanwhile: what was made is to be found again.
    private static async Task EndAsync(Call call, ReplayEnd end)
    {
        try
        {
            await call.Site.Store.EndReplayAsync(end, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is PawlException or System.Data.Common.DbException)
        {
            // Made is made. A repeat meets the engine's own memory of the key, or waits until this turn is given up.
            Log.StoreFailed(call.Site.Logger, call.RequestId, call.Route.Verb, call.Route.Template, "storage_unavailable", fault);
        }
    }

    private static async Task<ReplayReply> BeginAsync(Call call, ReplayRequest request)
    {
        var reply = await call.Site.Store.BeginReplayAsync(request, call.Cancelled).ConfigureAwait(false);
        for (var looks = 1; reply.State == ReplayState.Running && looks < Looks; looks++)
        {
            await Task.Delay(Rest, call.Site.Clock, call.Cancelled).ConfigureAwait(false);
            reply = await call.Site.Store.BeginReplayAsync(request with { Now = call.Now }, call.Cancelled).ConfigureAwait(false);
        }

        return reply;
    }

    private static async Task<IEnumerable<(string, object?)>> NamedAsync(Call call, string? kept) =>
        JobId.TryParse(kept, out var id) && await call.FindAsync(id).ConfigureAwait(false) is not null ? [("job_id", id)] : [];

    private static string? KeyOf(Call call)
    {
        var values = call.Http.Request.Headers[Header];
        if (values.Count == 0)
        {
            return null;
        }

        try
        {
            return Names.Key(values.Count == 1 ? values[0] : "", "An idempotency key");
        }
        catch (PawlException fault)
        {
            throw new ProblemException("key_invalid", fault.Message);
        }
    }

    /// <summary>A hash of path and body: members sorted, numbers as written.</summary>
    private static byte[] HashOf(Call call, JsonElement? body)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, new() { SkipValidation = true }))
        {
            json.WriteStringValue(call.Http.Request.Path.Value);
            if (body is { } known)
            {
                Write(json, known);
            }
        }

        return SHA256.HashData(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in element.EnumerateObject().OrderBy(static member => member.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(member.Name);
                    Write(json, member.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var each in element.EnumerateArray())
                {
                    Write(json, each);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteRawValue(element.GetRawText(), skipInputValidation: true);
                break;
        }
    }
}

/// <summary>What a request has made.</summary>
/// <param name="Status">The status of the answer.</param>
/// <param name="Kept">What a repeated request is answered from.</param>
/// <param name="Location">Where it is; null for nowhere.</param>
/// <param name="WriteAsync">Writes the answer.</param>
internal sealed record Made(int Status, string Kept, string? Location, Func<Task> WriteAsync);
