using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Pawl.Web.Wire;

/// <summary>Writes replies: JSON whole, with its length.</summary>
internal static class Replies
{
    private static readonly JsonWriterOptions Options = new()
    {
        // Only what JSON itself needs is escaped: replies are never parts of a page.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>JSON as bytes.</summary>
    public static ReadOnlyMemory<byte> Bytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer, Options);
        write(json);
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>Answers with JSON.</summary>
    public static Task JsonAsync(HttpContext http, int status, ReadOnlyMemory<byte> bytes, string type = "application/json")
    {
        var reply = http.Response;
        reply.StatusCode = status;
        reply.ContentType = type;
        reply.ContentLength = bytes.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : reply.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }

    /// <summary>Answers with a problem.</summary>
    public static Task ProblemAsync(HttpContext http, Problem problem, string requestId)
    {
        if (problem.RetryAfter is { } wait)
        {
            var seconds = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds));
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return JsonAsync(http, problem.Status, Bytes(json => problem.Write(json, requestId)), "application/problem+json");
    }
}
