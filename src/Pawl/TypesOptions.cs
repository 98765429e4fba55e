namespace Pawl;

/// <summary>Settings of job types: <c>Pawl:Types</c>.</summary>
public sealed class TypesOptions
{
    /// <summary>What holds for types that say nothing else.</summary>
    public TypeDefaults Default { get; set; } = new();
}
