using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pawl.Storage;

/// <summary>A job as text, for places where it waits to be stored. Names and words may be added to it, never changed.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters =
    [
        typeof(WordConverter<Trigger>), typeof(WordConverter<DependencyWhen>), typeof(WordConverter<DependencyOnFailed>),
        typeof(WordConverter<OnBusy>), typeof(WordConverter<UniqueHold>), typeof(WordConverter<Force>),
    ])]
[JsonSerializable(typeof(NewJob))]
internal sealed partial class NewJobJson : JsonSerializerContext
{
    public static string Write(NewJob job) => JsonSerializer.Serialize(job, Default.NewJob);

    public static NewJob Read(string json) =>
        JsonSerializer.Deserialize(json, Default.NewJob) ?? throw new FormatException("The text holds no job.");
}
