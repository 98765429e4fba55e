namespace Pawl;

/// <summary>One named part of a pipeline and its version, such as <c>parser</c> and <c>1.2</c>.</summary>
/// <param name="Name">1 to 50 ASCII letters, digits, underscores or dots.</param>
/// <param name="Version">1 to 100 visible ASCII characters without a slash.</param>
public readonly record struct PipelinePart(string Name, string Version)
{
    /// <summary>As in <c>parser-1.2</c>.</summary>
    public override string ToString() => $"{Name}-{Version}";
}
