namespace Pawl;

/// <summary>One job of a batch, by the name of its type.</summary>
/// <param name="Type">The type.</param>
/// <param name="Payload">UTF-8 JSON, at most 1 MB.</param>
/// <param name="Options">How it should run.</param>
public sealed record JobDraft(string Type, ReadOnlyMemory<byte> Payload, EnqueueOptions? Options = null);
