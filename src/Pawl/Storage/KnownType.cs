namespace Pawl.Storage;

/// <summary>A type that a worker has announced.</summary>
/// <param name="Type">Its name.</param>
/// <param name="SeenAt">When a worker that knows it was last there.</param>
public sealed record KnownType(string Type, DateTimeOffset SeenAt);
