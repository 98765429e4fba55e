using System.Text.Json;
using System.Text.Json.Nodes;
using Pawl.Web.Hosting;

namespace Pawl.Web.Tests;

public sealed class DocumentTests
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [Fact]
    public void The_document_is_as_somebody_has_looked_at() =>
        Approve.Text(Contract.Document.ToJsonString(Indented), "/docs/openapi.json");

    [Fact]
    public void The_document_has_every_route_and_no_other()
    {
        var shown = Contract.Document["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(verb => $"{verb.Key.ToUpperInvariant()} {path.Key}"));

        Assert.Equal(Routes.All.Select(route => $"{route.Verb} {route.Template}").Order(), shown.Order());
    }

    [Fact]
    public void Every_schema_that_is_named_is_there_and_every_one_there_is_named()
    {
        var there = Contract.Document["components"]!["schemas"]!.AsObject().Select(schema => schema.Key).ToHashSet();
        var named = Named(Contract.Document).ToHashSet();

        Assert.Empty(named.Except(there));
        Assert.Empty(there.Except(named));
    }

    [Fact]
    public void Every_operation_has_a_name_of_its_own()
    {
        var names = Contract.Document["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(verb => (string)verb.Value!["operationId"]!))
            .ToList();

        Assert.Equal(names.Count, names.Distinct().Count());
    }

    [Fact]
    public async Task It_is_served_with_the_place_it_is_mounted_at()
    {
        await using var served = await Served.StartAsync("/ops");

        var shown = await served.GetAsync("api/openapi.json");

        Assert.Equal((200, "3.1.0", "/ops"), (shown.Status, shown.Text("openapi"), (string?)shown.Json["servers"]![0]!["url"]));
    }

    [Theory]
    [InlineData("""{"type":"integer"}""", "1.5")]
    [InlineData("""{"type":["string","null"]}""", "1")]
    [InlineData("""{"type":"object","required":["a"]}""", "{}")]
    [InlineData("""{"type":"object","properties":{"a":{}},"additionalProperties":false}""", """{"b":1}""")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""", """{"b":1}""")]
    [InlineData("""{"type":"array","items":{"enum":["x"]}}""", """["y"]""")]
    [InlineData("""{"pattern":"^[0-9]+$"}""", "\"x\"")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}]}""", "1")]
    [InlineData("""{"maximum":1}""", "1")]
    public void What_does_not_fit_a_schema_is_found(string schema, string value)
    {
        using var document = JsonDocument.Parse(value);

        Assert.NotNull(JsonSchema.Fault(JsonNode.Parse(schema)!, document.RootElement, "", name => throw new KeyNotFoundException(name)));
    }

    private static IEnumerable<string> Named(JsonNode? node) => node switch
    {
        JsonObject all => all.SelectMany(member => member.Key == "$ref" ? [((string)member.Value!).Split('/')[^1]] : Named(member.Value)),
        JsonArray all => all.SelectMany(Named),
        _ => [],
    };
}
