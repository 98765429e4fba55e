using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Pawl.Web.Wire;

namespace Pawl.Web.Routing;

/// <summary>What every request passes, in one order: host, route and verb, key in the address, key, origin, role; then its route, which
/// looks at object and scope, body, preconditions and state.</summary>
internal sealed class Pipeline(Site site)
{
    private static readonly TimeSpan ComeAgain = TimeSpan.FromSeconds(1);
    private const int SlowFactor = 10;

    /// <summary>A path that no route has, or one with another verb.</summary>
    public RequestDelegate Nowhere() => http => RunAsync(http, NoRoute);

    /// <summary>A route.</summary>
    public RequestDelegate To(Route route) => http => RunAsync(http, route);

    private static readonly Route NoRoute = new("*", "", Need.Open, _ => Task.CompletedTask) { Does = "", Answers = [] };

    private async Task RunAsync(HttpContext http, Route route)
    {
        var requestId = $"r-{RandomNumberGenerator.GetHexString(12, lowercase: true)}";
        var headers = http.Response.Headers;
        headers["Request-Id"] = requestId;
        headers["Server-Time"] = Times.Text(site.Clock.GetUtcNow());
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        using var late = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        using var timer = new CancellationTokenSource(
            route.Slow ? site.Options.StoreTimeout * SlowFactor : site.Options.StoreTimeout, site.Clock);
        using var link = timer.Token.UnsafeRegister(static late => ((CancellationTokenSource)late!).Cancel(), late);
        var call = new Call(site, route, http, requestId, late.Token) { Mount = MountOf(http) };
        try
        {
            if (route == NoRoute)
            {
                throw new ProblemException(Lost(http));
            }

            await route.Handle(call).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody listens any more.
            http.Abort();
        }
        catch (Exception fault)
        {
            await RefuseAsync(call, ProblemOf(call, fault)).ConfigureAwait(false);
        }
    }

    private static Task RefuseAsync(Call call, Problem problem)
    {
        if (call.Http.Response.HasStarted)
        {
            // Too late to say so: a reply that is cut off is seen to be.
            call.Http.Abort();
            return Task.CompletedTask;
        }

        return call.Route.Wraps is { } wrap && problem.Status is not (401 or 403)
            ? wrap(call, problem)
            : Replies.ProblemAsync(call.Http, problem, call.RequestId);
    }

    private Problem ProblemOf(Call call, Exception fault)
    {
        switch (fault)
        {
            case ProblemException known:
                return known.Problem;
            case PawlException refused when Codes.Public(refused.Code) is var code && Codes.Status(code) < 500:
                return Refused(code, refused);
            case PawlException outage when Codes.Public(outage.Code) is var code and not "internal":
                Log.StoreFailed(site.Logger, call.RequestId, call.Http.Request.Method, call.Route.Template, outage.Code, fault);
                return Away(code);
            case DbException or TimeoutException or OperationCanceledException:
                Log.StoreFailed(site.Logger, call.RequestId, call.Http.Request.Method, call.Route.Template, "storage_unavailable", fault);
                return Away(site.Stopping.IsCancellationRequested ? "shutting_down" : "storage_unavailable");
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return new("payload_too_large", "The body is too large.") { Extras = [("max_bytes", site.Options.MaxBodyBytes)] };
            case BadHttpRequestException:
                return new("json_invalid", "The request was cut off, or is no HTTP.") { Extras = [("line", 1), ("column", 1)] };
            default:
                Log.Unexpected(site.Logger, call.RequestId, call.Http.Request.Method, call.Route.Template, fault);
                return new("internal", $"Something went wrong here that was logged with the number of this request, {call.RequestId}.");
        }
    }

    /// <summary>A refusal of the engine: its code says the status, its sentence is for people.</summary>
    private static Problem Refused(string code, PawlException fault) => new(code, fault.Message)
    {
        Extras = (code, fault.Job) switch
        {
            ("idempotency_conflict" or "unique_key_in_use", _) => [("job_id", fault.Job)],
            ("lock_held", _) => [("holder_job_id", fault.Job)],
            ("payload_too_large", _) => [("max_bytes", Bounds.MaxPayload)],
            _ => [],
        },
    };

    private static Problem Away(string code) => new(code, code switch
    {
        "waiting_for_schema" => "The tables are not there yet. The server goes on by itself as soon as they are.",
        "storage_full" => "The store has no room left; nothing was stored. Somebody must make room.",
        "storage_readonly" => "The store can only be read at the moment; nothing was stored.",
        "shutting_down" => "The server stops. Ask again in a moment.",
        _ => "The store does not answer at the moment; it is not known to have changed anything. Ask again in a moment.",
    })
    {
        RetryAfter = ComeAgain,
    };

    private Problem Lost(HttpContext http)
    {
        var path = http.Request.RouteValues["rest"] as string ?? "";
        var verbs = site.Table.VerbsOf(path);
        if (verbs.Count == 0)
        {
            return new("not_found", "There is no such thing here, or it was removed.");
        }

        http.Response.Headers.Allow = string.Join(", ", verbs);
        return new("method_not_allowed", $"This path answers {string.Join(", ", verbs)}, and not {Shown.Text(http.Request.Method)}.");
    }

    /// <summary>What stands before our own part of the path: the base of the application and the prefix of the mapping.</summary>
    private static string MountOf(HttpContext http) =>
        http.Request.PathBase.Value + (http.GetEndpoint()?.Metadata.GetMetadata<MountPoint>()?.Prefix ?? "");
}

/// <summary>Where a route was mapped.</summary>
/// <param name="Prefix">The prefix, without a slash at the end.</param>
internal sealed record MountPoint(string Prefix);
