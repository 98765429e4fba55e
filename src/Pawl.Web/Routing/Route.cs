namespace Pawl.Web.Routing;

/// <summary>One route: the row from which the mapping, the OpenAPI document, the test of roles and the label of the metrics are
/// made.</summary>
/// <remarks>To add one: write its handler in the file of its noun in <c>Api/</c> (or <c>Live/</c>, <c>Operations/</c>), add a row to the
/// <c>Routes</c> list at the top of that class, and, for a new class, name it in <c>Hosting/Routes.cs</c>. A handler takes the
/// <see cref="Call"/>, in this order: reads the object (404), the query parameters (<see cref="Call.Query"/>), the body
/// (<see cref="Call.BodyAsync"/>), the preconditions, and answers with <c>JsonAsync</c>. It throws
/// <see cref="Wire.ProblemException"/> for what the caller did wrong and lets exceptions of the engine pass: the pipeline knows
/// their codes. Then <c>docs/openapi.json</c> is approved anew (<c>PAWL_APPROVE=1</c> and the tests of <c>Pawl.Web.Tests</c>).</remarks>
/// <param name="Verb">GET (which answers HEAD too), POST, PUT, PATCH or DELETE.</param>
/// <param name="Template">The path below the mount, such as <c>/api/jobs/{id}</c>.</param>
/// <param name="Need">Who may call it at all; a handler may ask for more.</param>
/// <param name="Handle">What it does.</param>
internal sealed record Route(string Verb, string Template, Need Need, Func<Call, Task> Handle)
{
    /// <summary>A sentence for the document.</summary>
    public required string Does { get; init; }

    /// <summary>Its query parameters, each with a few words; others are refused.</summary>
    public IReadOnlyList<Parameter> Query { get; init; } = [];

    /// <summary>The headers it reads, each with a few words.</summary>
    public IReadOnlyList<Parameter> Headers { get; init; } = [];

    /// <summary>The schema of its body; null for none.</summary>
    public string? Body { get; init; }

    /// <summary>Whether the body may be left out.</summary>
    public bool BodyOptional { get; init; }

    /// <summary>Its answers without those of errors: the status and the schema of the body (null for none).</summary>
    public required IReadOnlyList<Answer> Answers { get; init; }

    /// <summary>Who may call it without <c>dry_run</c>, where that makes a difference; null for no more than <see cref="Need"/>.</summary>
    public Need? Wet { get; init; }

    /// <summary>Whether it creates something, and so reads <c>Idempotency-Key</c>.</summary>
    public bool Creates { get; init; }

    /// <summary>Whether it may take longer than the store's time limit, because it waits for something or does much.</summary>
    public bool Slow { get; init; }

    /// <summary>Whether its answer goes on for as long as the caller stays: then no time limit holds.</summary>
    public bool Endless { get; init; }

    /// <summary>The group of routes for old clients it belongs to; null for one that is always there.</summary>
    public string? Compat { get; init; }

    /// <summary>Whether errors of this route are not problems but answers of its own.</summary>
    public Func<Call, Wire.Problem, Task>? Wraps { get; init; }
}

/// <summary>A parameter of a route.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Does">What it means.</param>
/// <param name="Schema">The schema of its value: <c>string</c>, <c>integer</c> or <c>boolean</c>.</param>
internal sealed record Parameter(string Name, string Does, string Schema = "string");

/// <summary>An answer of a route.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Schema">The name of the schema of its body; null for none.</param>
/// <param name="Type">The media type.</param>
internal sealed record Answer(int Status, string? Schema = null, string Type = "application/json");
