using System.Text;
using System.Text.Json.Nodes;

namespace Pawl.Browser.Tests;

/// <summary>Asks a server without a browser: what a page shows or did is compared with what is so.</summary>
internal static class Requests
{
    /// <summary>Enqueues a job and gives its number.</summary>
    public static async Task<JobId> AddAsync(this Site site, Demo payload, EnqueueOptions? options = null) =>
        (await site.Jobs.EnqueueAsync(payload, options, TestContext.Current.CancellationToken)).Id;

    /// <summary>Reads something as the first admin.</summary>
    public static async Task<JsonNode> ReadAsync(this Site site, string path) => (await site.AskAsync("GET", path)).Body!;

    /// <summary>Sends a request.</summary>
    /// <param name="site">Where to.</param>
    /// <param name="verb">Such as <c>POST</c>.</param>
    /// <param name="path">Below the mount, such as <c>api/queues</c>.</param>
    /// <param name="body">As JSON; null for none.</param>
    /// <param name="key">Whose; null for that of the first admin.</param>
    /// <param name="ifMatch">The version that was seen; null for none.</param>
    public static async Task<(int Status, JsonNode? Body)> AskAsync(
        this Site site, string verb, string path, string? body = null, string? key = null, string? ifMatch = null)
    {
        using var client = new HttpClient { BaseAddress = site.Url };
        using var request = new HttpRequestMessage(new(verb), new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new("Bearer", key ?? site.Key);
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var reply = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)reply.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }
}
