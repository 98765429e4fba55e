using System.Globalization;
using Microsoft.AspNetCore.Http;
using Pawl.Web.Routing;
using Pawl.Web.Security;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Signs browsers in and out.</summary>
internal static class SignIn
{
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("POST", "/api/session", Need.Open, OpenAsync)
        {
            Does = "Signs a browser in with a code or a key: sets a cookie.", Body = "SessionRequest", Answers = [new(204)],
        },
        new("DELETE", "/api/session", Need.Viewer, CloseAsync) { Does = "Signs the browser out.", Answers = [new(204)] },
        new("POST", "/api/login-codes", Need.Viewer, MakeCodeAsync)
        {
            Does = "Makes a code that signs a browser in once, within 5 minutes.", Body = "LoginCodeRequest", BodyOptional = true,
            Answers = [new(201, "LoginCode")],
        },
    ];

    private static async Task OpenAsync(Call call)
    {
        using var body = await call.BodyAsync().ConfigureAwait(false);
        var fields = new Fields(body.Root, "", "code", "key");
        var (code, key) = (fields.Text("code"), fields.Text("key"));
        if (code is null == key is null)
        {
            throw Fields.Fault("/code", "required", "One of 'code' and 'key' is needed, and not both.");
        }

        if (await SessionOfAsync(call, code, key).ConfigureAwait(false) is not { } session)
        {
            call.Http.Response.Headers.WWWAuthenticate = "Bearer";
            throw Gate.Unknown();
        }

        var secret = await call.Site.Sessions.OpenAsync(session, call.Cancelled).ConfigureAwait(false);
        call.Http.Response.Cookies.Append(Gate.Cookie, secret, CookieOf(call, session.ExpiresAt));
        await call.EmptyAsync(204).ConfigureAwait(false);
    }

    private static async Task<Storage.SignIn?> SessionOfAsync(Call call, string? code, string? key)
    {
        var ends = call.Now + call.Site.Options.SessionLifetime;
        if (code is not null)
        {
            // The key it was made with must still be good.
            return await call.Site.Sessions.UseCodeAsync(code, call.Cancelled).ConfigureAwait(false) is { } made
                && await call.Site.Keys.FindAsync(made.KeyHash.ToArray(), call.Cancelled).ConfigureAwait(false) is not null
                    ? made with { ExpiresAt = ends }
                    : null;
        }

        return await call.Site.Gate.OfKeyAsync(key!, call.Cancelled).ConfigureAwait(false) is { } caller && caller.Role != ApiRole.Worker
            ? new(caller.Hash, caller.Role, ends)
            : null;
    }

    private static async Task CloseAsync(Call call)
    {
        if (call.Http.Request.Cookies[Gate.Cookie] is { } secret)
        {
            await call.Site.Sessions.CloseAsync(secret, call.Cancelled).ConfigureAwait(false);
        }

        call.Http.Response.Cookies.Delete(Gate.Cookie, CookieOf(call, null));
        await call.EmptyAsync(204).ConfigureAwait(false);
    }

    private static CookieOptions CookieOf(Call call, DateTimeOffset? ends) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Path = PathOf(call),
        Secure = call.Http.Request.IsHttps || call.Site.Options.BehindProxy,
        Expires = ends,
        MaxAge = ends is null ? null : call.Site.Options.SessionLifetime,
    };

    // A proxy may have taken away a part of the path in silence; the page in the browser knows the whole of it.
    private static string PathOf(Call call)
    {
        var seen = call.Http.Request.Headers["Pawl-Mount"].ToString().TrimEnd('/');
        var isWhole = seen.Length is > 0 and < 1_000 && seen[0] == '/' && seen.EndsWith(call.Mount, StringComparison.Ordinal)
            && !seen.AsSpan().ContainsAny(" ;,\\\"") && seen.All(static c => c is > ' ' and < '\x7f');
        return (isWhole ? seen : call.Mount) is { Length: > 0 } path ? path : "/";
    }

    private static async Task MakeCodeAsync(Call call)
    {
        using var body = await call.BodyAsync().ConfigureAwait(false);
        var role = body.IsEmpty
            ? null
            : new Fields(body.Root, "", "role").Word("role", ApiRole.Viewer, ApiRole.Submitter, ApiRole.Operator, ApiRole.Admin);
        if (role is { } other && other != call.Caller.Role)
        {
            call.Require(ApiRole.Admin);
        }

        if (call.Caller.HasSession)
        {
            throw new ProblemException("forbidden", "A browser's session makes no codes. Use a key.", ("needs", "key"));
        }

        var ends = call.Now + call.Site.Options.CodeLifetime;
        var code = await call.Site.Sessions.NewCodeAsync(new(call.Caller.Hash, role ?? call.Caller.Role, ends), call.Cancelled)
            .ConfigureAwait(false);
        var request = call.Http.Request;
        var url = string.Create(CultureInfo.InvariantCulture, $"{request.Scheme}://{request.Host}{call.Mount}/#code={code}");
        await call.JsonAsync(201, json =>
        {
            json.WriteStartObject();
            json.WriteString("code", code);
            json.WriteString("url", url);
            Times.Write(json, "expires_at", ends);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }
}
