using System.Text.Json;

namespace Pawl.Cli.Client;

/// <summary>An answer of the server, its body as it came.</summary>
internal sealed class Reply(int status, byte[] body, string? etag, string? location) : IDisposable
{
    private JsonDocument? _json;

    public int Status { get; } = status;

    public byte[] Body { get; } = body;

    public string? ETag { get; } = etag;

    public string? Location { get; } = location;

    /// <summary>The body read as JSON.</summary>
    /// <exception cref="CliException">It is none.</exception>
    public JsonElement Json
    {
        get
        {
            try
            {
                return (_json ??= JsonDocument.Parse(Body)).RootElement;
            }
            catch (JsonException error)
            {
                throw new CliException(
                    "answer_invalid", "what answers there does not speak Pawl's API", "is --url right?", ExitCode.Unavailable, error);
            }
        }
    }

    public void Dispose() => _json?.Dispose();
}
