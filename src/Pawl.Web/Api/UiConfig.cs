using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Tells a page who its user is and what he may do.</summary>
internal static class UiConfig
{
    private static readonly (ApiRole Role, string[] Can)[] Powers =
    [
        (ApiRole.Submitter, ["create", "run_again"]),
        (ApiRole.Operator, ["cancel", "retry", "edit", "dismiss", "delete", "approve", "bulk", "pause", "drain", "recover", "force"]),
        (ApiRole.Admin, ["limits", "keys", "audit"]),
    ];

    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("GET", "/api/ui-config", Need.Viewer, ShowAsync)
        {
            Does = "Tells a page who its user is, what he may do, and what there is.", Answers = [new(200, "UiConfig")],
        },
    ];

    private static Task ShowAsync(Call call) => call.JsonAsync(200, json =>
    {
        json.WriteStartObject();
        json.WriteString("version", Site.Version);
        json.WriteString("actor", call.Caller.Actor);
        json.WriteString("role", Words.Of(call.Caller.Role));
        json.WriteStartArray("can");
        foreach (var power in Powers.Where(power => call.Caller.Holds(power.Role)).SelectMany(power => power.Can))
        {
            json.WriteStringValue(power);
        }

        json.WriteEndArray();
        json.WriteStartObject("scope");
        Keys.Patterns(json, "queues", call.Caller.Scope.Queues);
        Keys.Patterns(json, "types", call.Caller.Scope.Types);
        json.WriteEndObject();
        json.WriteBoolean("dev_mode", false);
        json.WriteString("store", call.Site.Store.Info.Kind);
        json.WriteStartArray("links");
        foreach (var (title, template) in call.Site.Options.Links)
        {
            json.WriteStartObject();
            json.WriteString("title", title);
            json.WriteString("template", template);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("limits");
        json.WriteNumber("bulk", BulkRequest.DefaultMax);
        json.WriteNumber("batch", Bounds.MaxBatch);
        json.WriteNumber("payload_bytes", Bounds.MaxPayload);
        json.WriteNumber("page", 500);
        JobJson.Milliseconds(json, "retention_ms", call.Site.Engine.Retention.Keep);
        JobJson.Milliseconds(json, "failed_retention_ms", call.Site.Engine.Retention.KeepFailed);
        json.WriteEndObject();
        Times.Write(json, "server_time", call.Now);
        json.WriteEndObject();
    });
}
