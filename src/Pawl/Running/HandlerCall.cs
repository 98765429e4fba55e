namespace Pawl.Running;

/// <summary>Reads a payload, makes a handler in a scope of its own and runs it. Made once for each type, so that no job needs
/// reflection.</summary>
internal delegate Task HandlerCall(AttemptContext job, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);
