using System.Text.Json;

namespace Pawl.Declared;

/// <summary>A call that does the jobs of a type: <c>Http</c>.</summary>
internal sealed record HttpSettings
{
    /// <summary>Headers that belong to the call itself.</summary>
    public static readonly string[] Reserved =
    [
        "Host", "Connection", "Content-Length", "Transfer-Encoding", "Upgrade", "TE", "Trailer", "Expect", "Proxy-Connection", "Keep-Alive",
        "Content-Type", "Idempotency-Key", "traceparent",
    ];

    public required HttpMethod Method { get; init; }

    public required Template Url { get; init; }

    /// <summary>Hosts that may be called, with a port where only that one may.</summary>
    public required IReadOnlyList<string> AllowedHosts { get; init; }

    /// <summary>With <c>secret://name</c> where a secret stands.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether an allowed host may be one of this machine or its network.</summary>
    public bool AllowPrivate { get; init; }

    /// <summary>Where the call for a payload goes. Nothing is resolved here.</summary>
    /// <exception cref="PawlException"><c>payload_invalid</c>, <c>url_invalid</c> or <c>url_not_allowed</c>.</exception>
    public Uri Address(JsonElement payload)
    {
        // A member that is the whole address is taken as it is; inside of one it is a value and stays one.
        var text = Url.Fill(payload, (name, value, first) => first ? value : Escaped(name, value));
        return CallAddress.Check(text, AllowedHosts, AllowPrivate);
    }

    private static string Escaped(string name, string value) => value is "." or ".."
        ? throw Template.Refused(name, $"the member {Shown.Text(name)} would leave its place in the address, but was {Shown.Text(value)}.")
        : Uri.EscapeDataString(value);
}
