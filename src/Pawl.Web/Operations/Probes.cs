using Pawl.Web.Routing;

namespace Pawl.Web.Operations;

/// <summary>What probes ask: does the process turn, and can it work.</summary>
internal static class Probes
{
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("GET", "/livez", Need.Open, LiveAsync)
        {
            Does = "Whether the process turns. Looks at nothing else.", Answers = [new(200, "Status")],
        },
    ];

    private static Task LiveAsync(Call call) => call.JsonAsync(200, static json =>
    {
        json.WriteStartObject();
        json.WriteString("status", "ok");
        json.WriteEndObject();
    });
}
