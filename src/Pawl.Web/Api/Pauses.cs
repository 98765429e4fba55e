using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Reads why and how long something is paused.</summary>
internal static class Pauses
{
    /// <summary>What the body says; nothing for a resumption.</summary>
    public static async Task<(string? Reason, DateTimeOffset? Until)> ReadAsync(Call call, bool pause)
    {
        using var body = await call.BodyAsync().ConfigureAwait(false);
        if (body.IsEmpty)
        {
            return default;
        }

        var fields = pause ? new Fields(body.Root, "", "reason", "until") : new Fields(body.Root, "");
        var until = fields.Time("until");
        if (until <= call.Now)
        {
            throw Fields.Fault("/until", "out_of_range", "A pause that ends before now is none. Choose a later time, or leave it out.");
        }

        return (fields.Checked("reason", () => Names.Short(fields.Text("reason"), Bounds.MaxMessage, "A reason")), until);
    }
}
