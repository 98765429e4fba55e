using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pawl.Testing;

namespace Pawl.Tests.Declared;

/// <summary>A program whose types are declared in its settings.</summary>
internal static class Declared
{
    /// <summary>Reads a JSON object of types, as it stands in <c>Pawl:Types</c>.</summary>
    public static IConfiguration Types(string json, params (string Path, string? Value)[] more)
    {
        var settings = new Dictionary<string, string?>(more.Select(one => KeyValuePair.Create(one.Path, one.Value)));
        using var document = JsonDocument.Parse(json);
        Add("Pawl:Types", document.RootElement);
        return new ConfigurationBuilder().AddInMemoryCollection(settings).Build();

        void Add(string path, JsonElement element)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var member in element.EnumerateObject())
                        Add($"{path}:{member.Name}", member.Value);
                    break;
                case JsonValueKind.Array:
                    foreach (var (i, member) in element.EnumerateArray().Index())
                        Add($"{path}:{i}", member);
                    break;
                default:
                    settings[path] = element.ToString();
                    break;
            }
        }
    }

    public static Task<PawlTest> StartAsync(string types, params (string Path, string? Value)[] more) =>
        PawlTest.StartAsync(pawl => pawl.AddDeclaredTypes(Types(types, more)), cancellationToken: TestContext.Current.CancellationToken);

    public static Task<EnqueueResult> EnqueueAsync(this PawlTest test, string type, string payload, EnqueueOptions? options = null) =>
        test.Jobs.EnqueueAsync(type, System.Text.Encoding.UTF8.GetBytes(payload), options, TestContext.Current.CancellationToken);

    public static PawlException Refusal(string types) => Assert.Throws<PawlException>(
        () => new ServiceCollection().AddPawl().AddDeclaredTypes(Types(types)));
}
