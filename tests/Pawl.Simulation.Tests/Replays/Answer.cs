using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pawl.Storage;

namespace Pawl.Simulation.Tests.Replays;

/// <summary>What a store says, as text: two stores said the same when their texts are the same.</summary>
internal static class Answer
{
    private const int Before = 300;
    private const int After = 300;

    private static readonly JsonSerializerOptions Whole = new() { IncludeFields = true };

    public static string Of<T>(T value)
    {
        // What a worker holds is a set.
        object? said = value is HeartbeatReply reply ? reply with { Held = [.. reply.Held.OrderBy(held => held.Lease.Job)] } : value;
        return Ordered(JsonSerializer.SerializeToNode(said, Whole))?.ToJsonString() ?? "null";
    }

    /// <summary>A refusal is an answer too: by its code, as its text may name the store.</summary>
    public static string Of(PawlException refusal) => $"refused: {refusal.Code}";

    /// <summary>What a call was given: the fields of its closure.</summary>
    public static string Given(Delegate call)
    {
        var given = call.Target?.GetType().GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance) ?? [];
        return string.Join(", ", given
            .Where(field => !field.Name.StartsWith('<') && field.FieldType != typeof(CancellationToken)
                && !typeof(Delegate).IsAssignableFrom(field.FieldType))
            .Select(field => $"{field.Name} = {Of(field.GetValue(call.Target))}"));
    }

    /// <summary>From where on two answers differ.</summary>
    public static string Apart(string was, string now)
    {
        var alike = was.AsSpan().CommonPrefixLength(now);
        return $"  was {Part(was, alike)}{Environment.NewLine}  is  {Part(now, alike)}";
    }

    private static string Part(string text, int at) =>
        $"{text[Math.Max(0, at - Before)..at]}>>{text[at..Math.Min(text.Length, at + After)]}";

    /// <summary>A dictionary has no order.</summary>
    private static JsonNode? Ordered(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(
            members.OrderBy(member => member.Key, StringComparer.Ordinal)
                .Select(member => KeyValuePair.Create(member.Key, Ordered(member.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Ordered)]),
        _ => node?.DeepClone(),
    };
}
