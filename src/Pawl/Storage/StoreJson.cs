using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pawl.Storage;

/// <summary>The JSON that stores keep in their columns: snake_case, enum values as their words, nulls left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(WordConverter<ErrorCategory>), typeof(WordConverter<Disposition>)])]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, double>))]
[JsonSerializable(typeof(IReadOnlyList<PriorityReason>))]
[JsonSerializable(typeof(JobError))]
[JsonSerializable(typeof(RecoveryMark))]
[JsonSerializable(typeof(WorkerFacts))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class StoreJson : JsonSerializerContext
{
    public static string? Write(IReadOnlyDictionary<string, string>? words) =>
        words is not { Count: > 0 } ? null : JsonSerializer.Serialize(words, Default.IReadOnlyDictionaryStringString);

    public static string? Write(IReadOnlyDictionary<string, double>? numbers) =>
        numbers is not { Count: > 0 } ? null : JsonSerializer.Serialize(Named(numbers), Default.IReadOnlyDictionaryStringDouble);

    public static string? Write(IReadOnlyList<PriorityReason> reasons) =>
        reasons.Count == 0 ? null : JsonSerializer.Serialize(reasons, Default.IReadOnlyListPriorityReason);

    public static string? Write(JobError? error) => error is null ? null : JsonSerializer.Serialize(error, Default.JobError);

    public static string? Write(RecoveryMark? mark) => mark is null ? null : JsonSerializer.Serialize(mark, Default.RecoveryMark);

    public static string Write(WorkerFacts facts) => JsonSerializer.Serialize(facts, Default.WorkerFacts);

    public static string? Write(IReadOnlyList<string>? names) =>
        names is null ? null : JsonSerializer.Serialize(names, Default.IReadOnlyListString);

    public static IReadOnlyList<string>? ReadNames(string? json) =>
        json is null ? null : JsonSerializer.Deserialize(json, Default.IReadOnlyListString);

    public static IReadOnlyDictionary<string, string>? ReadWords(string? json) =>
        json is null ? null : JsonSerializer.Deserialize(json, Default.IReadOnlyDictionaryStringString);

    public static IReadOnlyDictionary<string, double>? ReadNumbers(string? json) =>
        json is null ? null : JsonSerializer.Deserialize(json, Default.IReadOnlyDictionaryStringDouble);

    public static IReadOnlyList<PriorityReason> ReadReasons(string? json) =>
        json is null ? [] : JsonSerializer.Deserialize(json, Default.IReadOnlyListPriorityReason) ?? [];

    public static JobError? ReadError(string? json) => json is null ? null : JsonSerializer.Deserialize(json, Default.JobError);

    public static RecoveryMark? ReadMark(string? json) => json is null ? null : JsonSerializer.Deserialize(json, Default.RecoveryMark);

    /// <summary>The database adds numbers up by their names, so these must be texts it can hold.</summary>
    private static IReadOnlyDictionary<string, double> Named(IReadOnlyDictionary<string, double> numbers) =>
        numbers.Keys.All(static name => StoredText.Of(name) == name)
            ? numbers
            : numbers.GroupBy(static one => StoredText.Of(one.Key)).ToDictionary(static one => one.Key, static one => one.Last().Value);

    public static WorkerFacts ReadFacts(string json) =>
        JsonSerializer.Deserialize(json, Default.WorkerFacts) ?? throw new FormatException("A worker's row holds no facts.");
}

/// <summary>An enum value as its word.</summary>
internal sealed class WordConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Words.Parse<T>(reader.GetString()!);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Words.Of(value));
}
