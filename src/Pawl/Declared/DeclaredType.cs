using System.Text.Json;

namespace Pawl.Declared;

/// <summary>A type of the settings: what it is, and what does its jobs. Without either, another program does.</summary>
internal sealed record DeclaredType(string Name, JobTypeBuilder<JsonElement> Builder, CommandSettings? Command, HttpSettings? Http);
