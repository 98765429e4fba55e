using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Pawl.Web.Wire;

/// <summary>The body of a request: JSON in UTF-8, within a size, read before anything is done.</summary>
internal sealed class Body : IDisposable
{
    private const string JsonType = "application/json";

    /// <summary>The media type of a PATCH that merges.</summary>
    public const string MergeType = "application/merge-patch+json";

    private readonly JsonDocument? _document;

    private Body(ReadOnlyMemory<byte> bytes, JsonDocument? document, bool merges) =>
        (Bytes, _document, Merges) = (bytes, document, merges);

    /// <summary>As it was sent.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Whether it came as <see cref="MergeType"/>.</summary>
    public bool Merges { get; }

    /// <summary>Whether nothing was sent, where that is allowed.</summary>
    public bool IsEmpty => _document is null;

    /// <summary>Its one value.</summary>
    public JsonElement Root => _document?.RootElement ?? throw new InvalidOperationException("There is no body.");

    /// <summary>Reads the body of a request.</summary>
    /// <param name="http">The request.</param>
    /// <param name="most">At most so many bytes.</param>
    /// <param name="optional">Whether it may be left out.</param>
    /// <param name="cancellationToken">Ends the wait for it.</param>
    /// <exception cref="ProblemException">400, 413 or 415.</exception>
    public static async Task<Body> ReadAsync(HttpContext http, int most, bool optional, CancellationToken cancellationToken)
    {
        var request = http.Request;
        if (request.Headers.ContentEncoding.Count > 0 && request.Headers.ContentEncoding != "identity")
        {
            throw new ProblemException(
                "encoding_unsupported", "A compressed body is not read here. Send it without Content-Encoding.");
        }

        if (request.ContentLength > most)
        {
            throw TooLarge(most);
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = (long)most + 1;   // ours is told with its number
        }

        var has = http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;
        var bytes = has ? await ReadAsync(request, most, cancellationToken).ConfigureAwait(false) : default;
        if (bytes.Length == 0)
        {
            return optional
                ? new(bytes, null, false)
                : throw new ProblemException("body_required", "A body of JSON is needed, and there was none.");
        }

        var merges = CheckType(request);
        return new(bytes, Json.Parse(bytes), merges);
    }

    /// <inheritdoc/>
    public void Dispose() => _document?.Dispose();

    private static bool CheckType(HttpRequest request)
    {
        if (MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
        {
            var merges = HttpMethods.IsPatch(request.Method) && type.MediaType.Equals(MergeType, StringComparison.OrdinalIgnoreCase);
            if (merges || type.MediaType.Equals(JsonType, StringComparison.OrdinalIgnoreCase))
            {
                return !type.Charset.HasValue || type.Charset.AsSpan().Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase)
                    ? merges
                    : throw new ProblemException("encoding_invalid", "JSON is read in UTF-8 only. Send it so, and leave charset out.");
            }
        }

        throw new ProblemException(
            "media_type_unsupported",
            $"The body must be {JsonType}, but Content-Type was {Shown.Text(request.ContentType)}.");
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int most, CancellationToken cancellationToken)
    {
        var reader = request.BodyReader;
        while (true)
        {
            System.IO.Pipelines.ReadResult result;
            try
            {
                result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (BadHttpRequestException fault) when (fault.StatusCode == StatusCodes.Status413PayloadTooLarge)
            {
                throw TooLarge(most);
            }

            if (result.Buffer.Length > most)
            {
                reader.AdvanceTo(result.Buffer.End);
                throw TooLarge(most);
            }

            if (result.IsCompleted)
            {
                var bytes = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                return bytes;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static ProblemException TooLarge(int most) => new(
        "payload_too_large",
        string.Create(
            CultureInfo.InvariantCulture,
            $"The body has more than {most:N0} bytes. Send less at once, or store the data elsewhere and send its address."),
        ("max_bytes", most));
}
