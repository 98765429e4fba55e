using System.Security.Cryptography;

namespace Pawl.Web.Security;

/// <summary>Who asks, what he may do, and where.</summary>
internal sealed class Caller
{
    /// <summary>The number of his key; that of the key he signed in with, in a session.</summary>
    public required long KeyId { get; init; }

    /// <summary>How the audit and his jobs name him, such as <c>key:ops-laptop</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>What he may do.</summary>
    public required ApiRole Role { get; init; }

    /// <summary>Where he may do it.</summary>
    public required Scope Scope { get; init; }

    /// <summary>SHA-256 of what he showed.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>Whether he came with a cookie, as a browser does.</summary>
    public bool HasSession { get; init; }

    /// <summary>When what he showed ends; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What cursors of his are signed with.</summary>
    public byte[] CursorKey => field ??= SHA256.HashData([.. "pawl cursor\0"u8, .. Hash]);

    /// <summary>Whether his role holds another.</summary>
    public bool Holds(ApiRole role) => Role == role || (Role != ApiRole.Worker && role != ApiRole.Worker && Role > role);
}
