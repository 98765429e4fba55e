using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pawl.Declared;

/// <summary>The payload of a type that is declared in the settings: any JSON, as it was sent.</summary>
[JsonSourceGenerationOptions(MaxDepth = Bounds.MaxDepth)]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class DeclaredJson : JsonSerializerContext;
