using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Pawl.Storage;
using Pawl.Web.Security;
using Pawl.Web.Wire;

namespace Pawl.Web.Routing;

/// <summary>What every request passes, in one order: host, route and verb, key in the address, key, origin, role; then its route, which
/// looks at object and scope, body, preconditions and state.</summary>
internal sealed class Pipeline(Site site, RouteTable table, Func<Call, string, Task>? pages = null)
{
    private static readonly TimeSpan ComeAgain = TimeSpan.FromSeconds(1);
    private const int SlowFactor = 10;

    /// <summary>A path that no route has, or one with another verb.</summary>
    public RequestDelegate Nowhere() => http => CountAsync(http, NoRoute);

    /// <summary>A route.</summary>
    public RequestDelegate To(Route route) => http => CountAsync(http, route);

    private static readonly Route NoRoute = new("*", "", Need.Open, _ => Task.CompletedTask) { Does = "", Answers = [] };

    private async Task CountAsync(HttpContext http, Route route)
    {
        var since = site.Clock.GetTimestamp();
        await RunAsync(http, route).ConfigureAwait(false);
        site.Meters.Answered(
            route == NoRoute ? "other" : route.Template, http.Request.Method, http.Response.StatusCode, site.Clock.GetElapsedTime(since));
    }

    private async Task RunAsync(HttpContext http, Route route)
    {
        var requestId = $"r-{RandomNumberGenerator.GetHexString(12, lowercase: true)}";
        var headers = http.Response.Headers;
        headers["Request-Id"] = requestId;
        headers["Server-Time"] = Times.Text(site.Clock.GetUtcNow());
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        var gone = http.RequestAborted;   // after an abort it is set a moment later, but it is this one
        using var late = CancellationTokenSource.CreateLinkedTokenSource(gone);
        var patience = route.Endless ? Timeout.InfiniteTimeSpan
            : route.Slow ? site.Options.StoreTimeout * SlowFactor : site.Options.StoreTimeout;
        using var timer = new CancellationTokenSource(patience, site.Clock);
        using var link = timer.Token.UnsafeRegister(static late => ((CancellationTokenSource)late!).Cancel(), late);
        var call = new Call(site, route, http, requestId, late.Token)
        {
            Mount = MountOf(http, route),
#pragma warning disable RS0030 // it only moves the end of a source that was made on the given clock, and stays on it
            StoreTime = running => timer.CancelAfter(running ? patience : Timeout.InfiniteTimeSpan),
#pragma warning restore RS0030
        };
        try
        {
            Guards.Headers(http.Request, site.Options);
            Guards.Length(http.Request);
            Guards.Host(http.Request, site.Options);
            if (route == NoRoute)
            {
                await LostAsync(call).ConfigureAwait(false);
                return;
            }

            Guards.Address(http.Request);
            await AdmitAsync(call).ConfigureAwait(false);
            if (!route.Template.Contains('{', StringComparison.Ordinal))
            {
                call.CheckParameters();
            }

            await route.Handle(call).ConfigureAwait(false);
        }
        catch (OperationCanceledException end) when (gone.IsCancellationRequested || end.CancellationToken == gone)
        {
            // Nobody listens any more, or is let listen.
            http.Abort();
        }
        catch (Exception fault)
        {
            var problem = await ProblemOfAsync(call, fault).ConfigureAwait(false);
            await RefuseAsync(call, problem).ConfigureAwait(false);
        }
    }

    /// <summary>Key, rate, origin, role.</summary>
    private async Task AdmitAsync(Call call)
    {
        var (request, need) = (call.Http.Request, call.Route.Need);
        if (need == Need.Open)
        {
            Guards.Origin(request, hasSession: false, site.Options);
            return;
        }

        var caller = await site.Gate.WhoAsync(request, call.Cancelled).ConfigureAwait(false);
        if (caller is null)
        {
            call.Http.Response.Headers.WWWAuthenticate = "Bearer";
            throw Gate.Unknown();
        }

        call.Caller = caller;
        site.Rate.Take(caller.KeyId);
        Guards.Origin(request, caller.HasSession, site.Options);
        call.Require(need switch
        {
            Need.Viewer => ApiRole.Viewer,
            Need.Submitter => ApiRole.Submitter,
            Need.Operator => ApiRole.Operator,
            Need.Worker => ApiRole.Worker,
            _ => ApiRole.Admin,
        });
    }

    /// <summary>What somebody was not allowed to do is kept.</summary>
    private async Task TellAsync(Call call)
    {
        var (request, action) = (call.Http.Request, $"{call.Http.Request.Method} {call.Route.Template}");
        try
        {
            var note = new AuditNote(action, call.Caller.Actor, Json.Short(request.Path.Value ?? ""), Refusal: "forbidden");
            await site.Store.AuditAsync([note], call.Now, call.Cancelled).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is PawlException or DbException or OperationCanceledException)
        {
            Log.AuditFailed(site.Logger, call.Caller.Actor, action, fault);
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

    private async ValueTask<Problem> ProblemOfAsync(Call call, Exception fault)
    {
        var problem = ProblemOf(call, fault);
        if (problem.Code == "forbidden" && !HttpMethods.IsGet(call.Http.Request.Method) && !HttpMethods.IsHead(call.Http.Request.Method))
        {
            await TellAsync(call).ConfigureAwait(false);
        }

        // A job that stands in the way is named only to those who may see it.
        if (fault is PawlException { Job: { } other } && problem.Extras.Count > 0 && call.Route.Need != Need.Open
            && !call.Caller.Scope.IsAll && await call.FindAsync(other).ConfigureAwait(false) is null)
        {
            var said = problem.Detail.Replace($"job {other}", "another job", StringComparison.Ordinal);
            return problem with { Detail = said, Extras = [.. problem.Extras.Where(extra => extra.Value is not JobId)] };
        }

        return problem;
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
            case BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout }:
                return new("request_timeout", "The body came too slowly, so it was not waited for. Nothing was stored; send it again.");
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
        Errors = (fault.Data[Refusals.Index], fault.Data[Misfit.Pointer]) switch
        {
            (int index, string within) => [new($"/jobs/{index}/payload{within}", code, fault.Message)],
            (int index, _) => [new($"/jobs/{index}", code, fault.Message)],
            (_, string within) => [new($"/payload{within}", code, fault.Message)],
            _ => [],
        },
        Extras = code switch
        {
            "idempotency_conflict" or "unique_key_in_use" => [("job_id", fault.Job)],
            "lock_held" => [("holder_job_id", fault.Job)],
            "payload_too_large" => [("max_bytes", Bounds.MaxPayload)],
            "batch_size" => [("max", Bounds.MaxBatch)],
            "too_many_keys" => [("max", Bounds.MaxKeys)],
            "filter_invalid" => [("position", fault.Data["position"]), ("expected", fault.Data["expected"])],
            "bulk_too_many" => [("matched", fault.Data["matched"])],
            "recovery_running" => [("run_id", fault.Data["run_id"]?.ToString())],
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

    /// <summary>What no route has is a page, or it is not there.</summary>
    private Task LostAsync(Call call)
    {
        var http = call.Http;
        var path = http.Request.RouteValues["rest"] as string ?? "";
        var verbs = table.VerbsOf(path);
        if (verbs.Count > 0 && !verbs.Contains(http.Request.Method))   // a path such as //api/jobs looks like one of ours
        {
            http.Response.Headers.Allow = string.Join(", ", verbs);
            throw new ProblemException(
                "method_not_allowed", $"This path answers {string.Join(", ", verbs)}, and not {Shown.Text(http.Request.Method)}.");
        }

        var reads = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
        return pages is not null && reads && !IsOfApi(path) ? pages(call, path) : throw Call.NotFound();
    }

    private static bool IsOfApi(string path) => path.TrimStart('/').Split('/')[0].ToUpperInvariant() is "API" or "WORKER";

    /// <summary>What stands before our own part of the path: the base of the application and the prefixes of the mapping, as they
    /// were asked for.</summary>
    private static string MountOf(HttpContext http, Route route)
    {
        var path = http.Request.Path.Value ?? "";
        var end = path.Length;
        if (route == NoRoute)
        {
            end -= (http.Request.RouteValues["rest"] as string ?? "").Length;
        }
        else
        {
            for (var parts = route.Template.Count(static c => c == '/'); parts > 0 && end > 0; parts--)
            {
                end = path.LastIndexOf('/', end - 1);
            }
        }

        return http.Request.PathBase.Value + path[..Math.Max(end, 0)].TrimEnd('/');
    }
}
