namespace Pawl.EndToEnd.Tests.History;

/// <summary>A promise that a run has broken.</summary>
/// <param name="Reason">Which kind of breach, a stable word.</param>
/// <param name="What">The rows and lines that show it.</param>
internal sealed record Finding(string Reason, string What)
{
    public override string ToString() => $"{Reason}: {What}";
}
