using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Lists and hands out what attempts left. It is hostile: never shown as a page of ours.</summary>
internal static class JobArtifacts
{
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("GET", "/api/jobs/{id}/artifacts", Need.Viewer, ListAsync)
        {
            Does = "Lists the artifacts of a job.", Answers = [new(200, "ArtifactList")],
        },
        new("GET", "/api/jobs/{id}/artifacts/{name}", Need.Viewer, DownloadAsync)
        {
            Does = "Hands out an artifact, or a range of it.", Headers = [new("Range", "One range of bytes.")],
            Answers = [new(200, null, "application/octet-stream"), new(206, null, "application/octet-stream")],
        },
    ];

    private static async Task ListAsync(Call call)
    {
        var job = await call.JobAsync().ConfigureAwait(false);
        var all = await call.Site.Jobs.ArtifactsAsync(job.Id, call.Cancelled).ConfigureAwait(false);
        await call.JsonAsync(200, json => PageJson.Write(json, all, RecordJson.Artifact, approxTotal: all.Count)).ConfigureAwait(false);
    }

    private static async Task DownloadAsync(Call call)
    {
        var job = await call.JobAsync().ConfigureAwait(false);
        var name = Named(call.Path("name"));
        var all = await call.Site.Jobs.ArtifactsAsync(job.Id, call.Cancelled).ConfigureAwait(false);
        var artifact = all.Where(one => one.Name == name).MaxBy(one => one.Id) ?? throw Call.NotFound();
        var bytes = await call.Site.Jobs.ReadArtifactAsync(job.Id, name, call.Cancelled).ConfigureAwait(false) ?? throw Call.NotFound();
        var (from, to) = RangeOf(call.Http, bytes.Length);
        var whole = from == 0 && to == bytes.Length && call.Http.Request.Headers.Range.Count == 0;
        var part = bytes[from..to];
        var headers = call.Http.Response.Headers;
        headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        headers.ContentSecurityPolicy = "sandbox";
        headers.AcceptRanges = "bytes";
        headers["Content-Digest"] = $"sha-256=:{Convert.ToBase64String(SHA256.HashData(part.Span))}:";
        headers.ETag = $"\"{artifact.Sha256}\"";
        if (!whole)
        {
            headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{to - 1}/{bytes.Length}");
        }

        await Replies.JsonAsync(call.Http, whole ? 200 : 206, part, MediaTypeOf(artifact)).ConfigureAwait(false);
    }

    private static string Named(string name)
    {
        try
        {
            return Names.Artifact(name);
        }
        catch (PawlException fault)
        {
            throw new ProblemException("name_invalid", fault.Message);
        }
    }

    // A worker said it; what cannot be a header is not made one.
    private static string MediaTypeOf(Artifact artifact) =>
        MediaTypeHeaderValue.TryParse(artifact.MediaType, out var type) ? type.ToString() : "application/octet-stream";

    /// <summary>The first and the last byte but one. Anything but one range of bytes is passed over, as the standard has it.</summary>
    private static (int From, int To) RangeOf(HttpContext http, int length)
    {
        if (http.Request.Headers.Range.Count != 1
            || !RangeHeaderValue.TryParse(http.Request.Headers.Range.ToString(), out var asked)
            || !asked.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase)
            || asked.Ranges.Count != 1)
        {
            http.Request.Headers.Remove("Range");
            return (0, length);
        }

        var range = asked.Ranges.Single();
        var (from, to) = (range.From, range.To) switch
        {
            (null, { } last) => (Math.Max(0, length - last), length),
            ({ } first, null) => (first, length),
            ({ } first, { } end) => (first, Math.Min(length, end + 1)),
            _ => (0L, length),
        };
        if (from < to && from < length)
        {
            return ((int)from, (int)to);
        }

        http.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{length}");
        throw new ProblemException("range_invalid", $"The artifact has {length} bytes, and that range has none of them.");
    }
}
