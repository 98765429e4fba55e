using System.Text.Json;
using Pawl.Storage;
using Pawl.Web.Routing;
using Pawl.Web.Security;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Makes keys, lists them and takes them back.</summary>
internal static class Keys
{
    private const int MostPatterns = 100;

    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("GET", "/api/keys", Need.Admin, ListAsync) { Does = "Lists the keys, without their secrets.", Answers = [new(200, "KeyList")] },
        new("POST", "/api/keys", Need.Admin, CreateAsync)
        {
            Does = "Makes a key. It is shown in this answer and never again.", Body = "KeyRequest", Answers = [new(201, "NewKey")],
        },
        new("DELETE", "/api/keys/{id}", Need.Admin, DeleteAsync) { Does = "Takes a key back.", Answers = [new(204)] },
    ];

    private static async Task ListAsync(Call call)
    {
        var keys = await call.Site.Store.ApiKeysAsync(call.Cancelled).ConfigureAwait(false);
        await call.JsonAsync(
            200, json => PageJson.Write(json, keys, static (writer, key) => Write(writer, key), approxTotal: keys.Count))
            .ConfigureAwait(false);
    }

    private static async Task CreateAsync(Call call)
    {
        using var body = await call.BodyAsync().ConfigureAwait(false);
        var fields = new Fields(body.Root, "", "name", "role", "queues", "types", "expires_at");
        var name = fields.Text("name");
        if (name is null)
        {
            fields.Required("name");
        }

        if (fields.Word<ApiRole>("role") is not { } role)
        {
            fields.Required("role");
            return;
        }

        var expires = fields.Time("expires_at");
        if (expires <= call.Now)
        {
            throw Fields.Fault("/expires_at", "out_of_range", "A key that has expired already is of no use. Choose a later time.");
        }

        var secret = Secrets.New(role == ApiRole.Worker ? Secrets.WorkerPrefix : Secrets.ManagementPrefix);
        var request = new AddApiKeyRequest
        {
            Name = fields.Checked("name", () => Names.Name(name, "A key")),
            Role = role,
            Scope = new() { Queues = Patterns(fields, "queues"), Types = Patterns(fields, "types") },
            Prefix = secret[..Secrets.Shown],
            Hash = Secrets.Hash(secret),
            Now = call.Now,
            ExpiresAt = expires,
            By = call.Caller.Actor,
        };
        var key = await call.Site.Store.AddApiKeyAsync(request, call.Cancelled).ConfigureAwait(false)
            ?? throw new ProblemException("name_taken", "The key could not be made. Try again.");
        call.Http.Response.Headers.Location = call.Address($"/api/keys/{key.Id}");
        await call.JsonAsync(201, json => Write(json, key, secret)).ConfigureAwait(false);
    }

    private static async Task DeleteAsync(Call call)
    {
        if (!JobId.TryRead(call.Path("id"), out var id))
        {
            throw Call.NotFound();
        }

        var refusal = await call.Site.Store.RemoveApiKeyAsync(new(id, call.Now, call.Caller.Actor), call.Cancelled).ConfigureAwait(false);
        call.Site.Keys.Forget();
        await (refusal switch
        {
            null => call.EmptyAsync(204),
            "last_admin_key" => throw new ProblemException(
                refusal, "This is the last key that can administer. Make another one first, or nobody could ever make one again."),
            _ => throw Call.NotFound(),
        }).ConfigureAwait(false);
    }

    /// <summary>Names, or beginnings of names with a star behind.</summary>
    private static IReadOnlyList<string>? Patterns(Fields fields, string member)
    {
        if (fields.Texts(member) is not { } patterns)
        {
            return null;
        }

        if (patterns.Count is 0 or > MostPatterns)
        {
            throw Fields.Fault(
                fields.At(member),
                "too_many",
                $"1 to {MostPatterns} names are taken. Leave '{member}' out for all.",
                ("max", MostPatterns));
        }

        for (var i = 0; i < patterns.Count; i++)
        {
            var pattern = patterns[i];
            if (pattern != "*" && !Names.IsName(pattern.EndsWith('*') ? pattern[..^1] : pattern))
            {
                throw Fields.Fault(
                    $"{fields.At(member)}/{i}",
                    "name_invalid",
                    $"{Shown.Text(pattern)} is no name, and no beginning of one with * behind.");
            }
        }

        return patterns;
    }

    private static void Write(Utf8JsonWriter json, ApiKey key, string? secret = null)
    {
        json.WriteStartObject();
        JobJson.Id(json, "id", key.Id);
        json.WriteString("name", key.Name);
        json.WriteString("role", Words.Of(key.Role));
        Patterns(json, "queues", key.Scope.Queues);
        Patterns(json, "types", key.Scope.Types);
        json.WriteString("prefix", key.Prefix);
        Times.Write(json, "created_at", key.CreatedAt);
        Times.Write(json, "expires_at", key.ExpiresAt);
        Times.Write(json, "last_used_at", key.LastUsedAt);
        if (secret is not null)
        {
            json.WriteString("key", secret);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes names; null for all.</summary>
    public static void Patterns(Utf8JsonWriter json, string name, IReadOnlyList<string>? patterns)
    {
        if (patterns is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartArray(name);
        foreach (var pattern in patterns)
        {
            json.WriteStringValue(pattern);
        }

        json.WriteEndArray();
    }
}
