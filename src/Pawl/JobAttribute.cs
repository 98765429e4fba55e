namespace Pawl;

/// <summary>Gives a payload the stable name of its job type. Renaming the class changes nothing that is stored.</summary>
/// <param name="name">1 to 200 ASCII letters, digits, <c>. _ : -</c>, such as <c>capture.pull_requests</c>.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class JobAttribute(string name) : Attribute
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;

    /// <summary>The queue of its jobs; default <c>default</c>.</summary>
    public string? Queue { get; set; }

    /// <summary>How long one attempt may run, such as <c>5m</c>; up to 7 days; default 30 minutes.</summary>
    public string? Timeout { get; set; }

    /// <summary>How long an attempt may clean up after it was told to stop, such as <c>30s</c>; up to 1 day; default 30 s.</summary>
    public string? Grace { get; set; }

    /// <summary>How many items one attempt does before it goes on later; 0, the default, for no limit.</summary>
    public int MaxItems { get; set; }

    /// <summary>Whether a failed attempt is repeated. Default true; false means one attempt.</summary>
    public bool Retryable { get; set; } = true;

    /// <summary>Where its priority starts: <c>low</c>, <c>normal</c>, <c>high</c> or a number; default <c>normal</c>.</summary>
    public string? Priority { get; set; }

    /// <summary>The versions of the pipeline's parts, such as <c>parser-1.2/cards-v1</c>.</summary>
    public string? Versions { get; set; }

    /// <summary>A sentence for people on what it does.</summary>
    public string? Description { get; set; }
}
