using System.Text.Json.Nodes;

namespace Pawl;

/// <summary>What a rule made of an error, before the engine adds budget, delay and end.</summary>
public sealed record ErrorVerdict
{
    /// <summary>The kind of error.</summary>
    public required ErrorCategory Category { get; init; }

    /// <summary>What decided, such as <c>http.502</c>; shown to people.</summary>
    public required string Rule { get; init; }

    /// <summary>A stable word for programs, or null for the category's word.</summary>
    public string? Code { get; init; }

    /// <summary>A sentence for people, or null for the exception's message.</summary>
    public string? Message { get; init; }

    /// <summary>What should follow, or null for what the category says.</summary>
    public Disposition? Disposition { get; init; }

    /// <summary>How long the other side asked to wait. A floor: the policy may wait longer. Null if it did not ask.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The HTTP status of the outside call, if there was one.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>The exit code of the command, if there was one.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Facts for programs; above 64 KB of JSON they are left out.</summary>
    public JsonNode? Detail { get; init; }
}
