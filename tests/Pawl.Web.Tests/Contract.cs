using System.Text.Json;
using System.Text.Json.Nodes;
using Pawl.Web.Api;
using Pawl.Web.Hosting;
using Pawl.Web.Routing;

namespace Pawl.Web.Tests;

/// <summary>Every reply of these tests is what the OpenAPI document says: a status of its route, and a body that fits the schema.</summary>
internal static class Contract
{
    /// <summary>The document of all routes.</summary>
    public static JsonObject Document { get; } = OpenApi.Of(new RouteTable(Routes.All), "");

    private static readonly int[] Refusals = [400, 401, 404, 405, 421, 431];

    public static void Check(string verb, string path, Reply reply)
    {
        if (Find(verb == "HEAD" ? "GET" : verb, path) is not { } operation)
        {
            // What no route has is refused, or a page.
            Assert.True(reply.Status is 308 || reply.Headers.ContainsKey("Content-Security-Policy") || Refusals.Contains(reply.Status));
            return;
        }

        var answers = operation["responses"]!.AsObject();
        var type = reply.Headers.GetValueOrDefault("Content-Type");
        if (type?.Split(';')[0] == "application/problem+json")
        {
            Fits(Schema("Problem"), reply, verb, path);
            Assert.Equal(reply.Status, (int?)reply.Json["status"]);
            return;
        }

        var answer = answers[reply.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)]
            ?? throw new Xunit.Sdk.XunitException($"{verb} {path} answered {reply.Status}, which the document does not know: {reply.Body}");
        if (verb == "HEAD" || answer["content"] is not JsonObject content)
        {
            Assert.Empty(reply.Bytes);
            return;
        }

        if (content["application/json"]?["schema"] is { } schema && type == "application/json")
        {
            Fits(schema, reply, verb, path);
        }
    }

    private static JsonNode? Find(string verb, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return Document["paths"]!.AsObject()
            .Where(one => Matches(one.Key.Split('/', StringSplitOptions.RemoveEmptyEntries), parts))
            .OrderBy(one => one.Key.Count(letter => letter == '{'))
            .Select(one => one.Value![verb.ToLowerInvariant()])
            .FirstOrDefault(operation => operation is not null);
    }

    private static bool Matches(string[] template, string[] parts) =>
        template.Length == parts.Length && template.Zip(parts).All(pair => pair.First[0] == '{' || pair.First == pair.Second);

    private static JsonNode Schema(string name) =>
        Document["components"]!["schemas"]![name] ?? throw new InvalidOperationException($"There is no schema {name}.");

    private static void Fits(JsonNode schema, Reply reply, string verb, string path)
    {
        using var body = JsonDocument.Parse(reply.Bytes);
        if (JsonSchema.Fault(schema, body.RootElement, "", Schema) is { } fault)
        {
            throw new Xunit.Sdk.XunitException($"{verb} {path} answered {reply.Status}: {fault}\n{reply.Body}");
        }
    }
}
