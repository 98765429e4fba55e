using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>The OpenAPI document: every route of the table and no other, with the schemas that are written by hand.</summary>
internal static class OpenApi
{
    private const string Folder = "Schemas/";
    private static readonly ConcurrentDictionary<(RouteTable, string), byte[]> Written = new();

    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("GET", "/api/openapi.json", Need.Viewer, ShowAsync) { Does = "Shows this document.", Answers = [new(200, "Document")] },
    ];

    /// <summary>The document of a table.</summary>
    /// <param name="table">The routes.</param>
    /// <param name="mount">Where they are mounted.</param>
    public static JsonObject Of(RouteTable table, string mount)
    {
        var paths = new JsonObject();
        foreach (var group in table.All.GroupBy(route => route.Template).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var path = new JsonObject();
            foreach (var route in group.OrderBy(route => route.Verb, StringComparer.Ordinal))
            {
                path[route.Verb.ToLowerInvariant()] = OperationOf(route);
            }

            paths[group.Key] = path;
        }

        return new()
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "Pawl", ["version"] = Site.Version, ["license"] = new JsonObject { ["name"] = "MIT" } },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = mount.Length == 0 ? "/" : mount }),
            ["security"] = new JsonArray(Security("bearer"), Security("session")),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" },
                    ["session"] = new JsonObject
                    {
                        ["type"] = "apiKey", ["in"] = "cookie", ["name"] = Web.Security.Gate.Cookie,
                    },
                },
                ["schemas"] = Schemas(),
            },
        };
    }

    private static Task ShowAsync(Call call)
    {
        var bytes = Written.GetOrAdd(
            (call.Site.Table, call.Mount), static of => System.Text.Encoding.UTF8.GetBytes(Of(of.Item1, of.Item2).ToJsonString()));
        return Replies.JsonAsync(call.Http, 200, bytes);
    }

    private static JsonObject OperationOf(Route route)
    {
        var operation = new JsonObject { ["operationId"] = NameOf(route), ["summary"] = route.Does };
        if (route.Need == Need.Open)
        {
            operation["security"] = new JsonArray();
        }
        else
        {
            operation["description"] = route.Wet is { } wet
                ? $"Needs the role {Words.Of(wet)}, or with dry_run {Words.Of(route.Need)}."
                : $"Needs the role {Words.Of(route.Need)}.";
        }

        var parameters = new JsonArray();
        foreach (var part in route.Template.Split('/').Where(part => part.StartsWith('{')))
        {
            parameters.Add((JsonNode)Parameter(part.Trim('{', '}'), "path", null, "string", required: true));
        }

        foreach (var parameter in route.Query)
        {
            parameters.Add((JsonNode)Parameter(parameter.Name, "query", parameter.Does, parameter.Schema));
        }

        foreach (var header in route.Headers)
        {
            parameters.Add((JsonNode)Parameter(header.Name, "header", header.Does, header.Schema));
        }

        if (parameters.Count > 0)
        {
            operation["parameters"] = parameters;
        }

        if (route.Body is { } body)
        {
            operation["requestBody"] = BodyOf(route, body);
        }

        operation["responses"] = AnswersOf(route);
        return operation;
    }

    private static JsonObject BodyOf(Route route, string body)
    {
        var content = new JsonObject { ["application/json"] = Typed(body) };
        if (route.Verb == "PATCH")
        {
            content[Body.MergeType] = Typed(body);
        }

        return new() { ["required"] = !route.BodyOptional, ["content"] = content };
    }

    private static JsonObject AnswersOf(Route route)
    {
        var answers = new JsonObject();
        foreach (var group in route.Answers.GroupBy(answer => answer.Status))
        {
            var content = new JsonObject();
            foreach (var answer in group.Where(answer => answer.Schema is not null || answer.Type != "application/json"))
            {
                content[answer.Type] = answer.Schema is { } schema ? Typed(schema) : new JsonObject();
            }

            var told = new JsonObject { ["description"] = Told(group.Key) };
            if (content.Count > 0)
            {
                told["content"] = content;
            }

            answers[group.Key.ToString(CultureInfo.InvariantCulture)] = told;
        }

        answers["default"] = new JsonObject
        {
            ["description"] = "A problem.",
            ["content"] = new JsonObject { ["application/problem+json"] = Typed("Problem") },
        };
        return answers;
    }

    private static JsonObject Parameter(string name, string where, string? does, string schema, bool required = false)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = where };
        if (required)
        {
            parameter["required"] = true;
        }

        if (does is not null)
        {
            parameter["description"] = does;
        }

        parameter["schema"] = new JsonObject { ["type"] = schema };
        return parameter;
    }

    private static string Told(int status) => status switch
    {
        201 => "Created.",
        202 => "Accepted, and going on.",
        204 => "Done.",
        206 => "A part.",
        503 => "Not now.",
        _ => "As asked.",
    };

    // Such as postApiJobsIdRetry.
    private static string NameOf(Route route) => route.Verb.ToLowerInvariant() + string.Concat(route.Template
        .Split(['/', '{', '}', '-', '.', '_'], StringSplitOptions.RemoveEmptyEntries)
        .Select(part => char.ToUpperInvariant(part[0]) + part[1..]));

    private static JsonObject Typed(string schema) =>
        new() { ["schema"] = new JsonObject { ["$ref"] = $"#/components/schemas/{schema}" } };

    private static JsonObject Security(string scheme) => new() { [scheme] = new JsonArray() };

    /// <summary>All schemas, of all files, by name.</summary>
    private static JsonObject Schemas()
    {
        var assembly = typeof(OpenApi).Assembly;
        var all = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var file in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(file)!;
            foreach (var (name, schema) in JsonNode.Parse(stream)!.AsObject())
            {
                all.Add(name, schema?.DeepClone());
            }
        }

        return new(all);
    }
}
