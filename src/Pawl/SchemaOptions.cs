namespace Pawl;

/// <summary>What happens to the tables at the start: <c>Pawl:Schema</c>.</summary>
public sealed class SchemaOptions
{
    /// <summary>Whether missing steps are applied at the start. Default true; false waits until somebody applies them.</summary>
    public bool Migrate { get; set; } = true;
}
