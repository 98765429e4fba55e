using System.Text;
using Microsoft.AspNetCore.Http;
using Pawl.Web.Routing;
using Pawl.Web.Security;
using Pawl.Web.Wire;

namespace Pawl.Web.Dashboard;

/// <summary>Answers what a browser asks for: pages and their files, and the login page to whoever has no session.</summary>
/// <remarks>No address in a page is absolute: links climb to the mount by as many steps as the page lies below it. So no page needs to
/// know what a proxy in front calls us.</remarks>
internal static class Pages
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        + "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; require-trusted-types-for 'script'";

    /// <summary>Answers a GET of something that no route has.</summary>
    /// <param name="call">The request.</param>
    /// <param name="path">What was asked for, below the mount.</param>
    public static async Task AnswerAsync(Call call, string path)
    {
        var http = call.Http;
        if (path.Length == 0 && !http.Request.Path.Value!.EndsWith('/'))
        {
            Redirect(http);
            return;
        }

        Guards.Address(http.Request);
        Protect(http.Response.Headers);
        var asset = DashboardFiles.All.Find(path);
        if (asset is null or { IsOpen: false } && await WhoAsync(call).ConfigureAwait(false) is null)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            await PageAsync(http, 401, "login.html", path).ConfigureAwait(false);
        }
        else if (asset is not null)
        {
            await asset.SendAsync(http).ConfigureAwait(false);
        }
        else
        {
            http.Response.Headers.CacheControl = "no-cache";
            await PageAsync(http, DashboardFiles.All.Addresses.Has(path) ? 200 : 404, "index.html", path).ConfigureAwait(false);
        }
    }

    /// <summary>Who asks. A link from another site comes without its cookie; one from a neighbour comes with it, and is treated
    /// alike: the login page looks once by itself whether there is a session.</summary>
    private static async ValueTask<Caller?> WhoAsync(Call call)
    {
        var caller = await call.FindCallerAsync().ConfigureAwait(false);
        return caller is { HasSession: true } && !Guards.IsOwn(call.Http.Request) || caller?.Role == ApiRole.Worker ? null : caller;
    }

    // From /ops to /ops/, told by its last part alone: what stands before may be called otherwise outside.
    private static void Redirect(HttpContext http)
    {
        var last = (http.Request.PathBase.Value + http.Request.Path.Value).Split('/')[^1];
        http.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
        http.Response.Headers.Location = $"{Uri.EscapeDataString(last)}/{http.Request.QueryString}";
    }

    private static void Protect(IHeaderDictionary headers)
    {
        if (headers.ContentSecurityPolicy.Count == 0)
        {
            headers.ContentSecurityPolicy = Policy;
        }

        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
    }

    private static Task PageAsync(HttpContext http, int status, string name, string path)
    {
        var page = DashboardFiles.All.Page(name, path.Count(static c => c == '/'));
        return Replies.JsonAsync(http, status, Encoding.UTF8.GetBytes(page), "text/html; charset=utf-8");
    }
}
