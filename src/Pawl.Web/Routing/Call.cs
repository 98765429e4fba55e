using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pawl.Web.Security;
using Pawl.Web.Wire;

namespace Pawl.Web.Routing;

/// <summary>One request on its way through a route.</summary>
internal sealed class Call(Site site, Route route, HttpContext http, string requestId, CancellationToken cancellationToken)
{
    /// <summary>What all requests share.</summary>
    public Site Site => site;

    /// <summary>The route.</summary>
    public Route Route => route;

    /// <summary>The request and its reply.</summary>
    public HttpContext Http => http;

    /// <summary>The number of the request, told in <c>Request-Id</c> and in every problem.</summary>
    public string RequestId => requestId;

    /// <summary>Ends when the caller has gone or the store's time is over.</summary>
    public CancellationToken Cancelled => cancellationToken;

    /// <summary>Now.</summary>
    public DateTimeOffset Now => site.Clock.GetUtcNow();

    /// <summary>Where the API is mounted, without a slash at the end; empty at the root.</summary>
    public string Mount { get; init; } = "";

    /// <summary>Starts the store's time anew, or stops it.</summary>
    public Action<bool>? StoreTime { get; init; }

    /// <summary>Who asks. Only an open route may have none.</summary>
    public Caller Caller
    {
        get => field ?? throw new InvalidOperationException("An open route has no caller; ask FindCallerAsync.");
        set;
    }

    /// <summary>On an open route: who asks, if he says so and is known.</summary>
    public ValueTask<Caller?> FindCallerAsync() => site.Gate.WhoAsync(http.Request, cancellationToken);

    /// <summary>Asks for more than the route does.</summary>
    /// <exception cref="ProblemException"><c>forbidden</c>.</exception>
    public void Require(ApiRole role)
    {
        if (!Caller.Holds(role))
        {
            throw Forbidden(role);
        }
    }

    /// <summary>A known key with too little power.</summary>
    public static ProblemException Forbidden(ApiRole needs) =>
        new("forbidden", $"This needs a key of the role {Words.Of(needs)}.", ("needs", Words.Of(needs)));

    /// <summary>The job that the path names, as far as the caller may see it; then its parameters are checked.</summary>
    /// <exception cref="ProblemException"><c>not_found</c>, <c>unknown_field</c>.</exception>
    public async Task<Job> JobAsync(string name = "id")
    {
        var job = await FindAsync(Id(name)).ConfigureAwait(false) ?? throw NotFound();
        CheckParameters();
        return job;
    }

    /// <summary>A job as far as the caller may see it; null when it is not there for him.</summary>
    public async Task<Job?> FindAsync(JobId id) =>
        await site.Jobs.FindAsync(id, cancellationToken).ConfigureAwait(false) is { } job && Caller.Scope.Sees(job.Queue, job.Type)
            ? job
            : null;

    /// <summary>Refuses query parameters that the route does not have.</summary>
    /// <remarks>The pipeline has done so already where the path names no object.</remarks>
    /// <exception cref="ProblemException"><c>unknown_field</c>.</exception>
    public void CheckParameters()
    {
        foreach (var name in http.Request.Query.Keys)
        {
            if (!route.Query.Any(known => known.Name == name))
            {
                var near = Nearest.Of(name, route.Query.Select(known => known.Name));
                throw Fields.Fault(
                    $"?{Json.Short(name)}",
                    "unknown_field",
                    $"There is no parameter {Shown.Text(name)} here.{Nearest.Question(near)}",
                    ("nearest", near));
            }
        }
    }

    /// <summary>The length of a page.</summary>
    public int Limit(int usual = 50, int most = 500) => (int)(Number("limit", 1, most) ?? usual);

    /// <summary>Opens the cursor of a list; null at its beginning.</summary>
    public string? Cursor(string list) => Query("cursor") is { } text ? Wire.Cursor.Open(text, list, Caller.CursorKey) : null;

    /// <summary>The cursor of the next page, told in <c>Link</c> too; null at the end.</summary>
    public string? Next(string list, string? position)
    {
        if (position is null)
        {
            return null;
        }

        var cursor = Wire.Cursor.Sign(position, list, Caller.CursorKey);
        var query = http.Request.Query
            .Where(static pair => pair.Key != "cursor")
            .SelectMany(static pair => pair.Value.Select(value => $"{pair.Key}={Uri.EscapeDataString(value ?? "")}"))
            .Append($"cursor={cursor}");
        http.Response.Headers.Link = $"<{http.Request.PathBase}{http.Request.Path}?{string.Join('&', query)}>; rel=\"next\"";
        return cursor;
    }

    /// <summary>The version that the caller changes: null for whatever it is.</summary>
    /// <exception cref="ProblemException"><c>precondition_required</c>, <c>row_version_mismatch</c>.</exception>
    public void IfMatch(long current)
    {
        var shown = http.Request.Headers.IfMatch.ToString().Trim();
        if (shown.Length == 0)
        {
            throw new ProblemException(
                "precondition_required", "Say which version you change: If-Match with the ETag you saw, or * for whatever it is.");
        }

        if (shown != "*" && shown != $"\"{current}\"")
        {
            throw new ProblemException(
                "row_version_mismatch",
                $"It was changed in the meantime: its version is {current}. Look at it again.",
                ("row_version", current));
        }
    }

    /// <summary>Whether <c>If-Match</c> names a version, so that it must still hold when the store writes.</summary>
    public bool NamesVersion => http.Request.Headers.IfMatch.ToString().Trim() is not ("" or "*");

    /// <summary>A part of the path.</summary>
    public string Path(string name) => http.Request.RouteValues[name] as string ?? "";

    /// <summary>The job that the path names. Anything that is no id is no job either.</summary>
    public JobId Id(string name = "id") => JobId.TryParse(Path(name), out var id) ? id : throw NotFound();

    /// <summary>The one text for what is not there, and for what is outside the caller's scope.</summary>
    public static ProblemException NotFound() => new("not_found", "There is no such thing here, or it was removed.");

    /// <summary>A query parameter; null when it is not there or empty.</summary>
    public string? Query(string name)
    {
        var values = http.Request.Query[name];
        return values.Count switch
        {
            0 => null,
            1 => values[0] is { Length: > 0 } text ? text : null,
            _ => throw Fields.Fault(
                $"?{name}", "too_many", $"The parameter '{name}' is there {values.Count} times. Give it once.", ("max", 1)),
        };
    }

    /// <summary>A query parameter that is a whole number.</summary>
    public long? Number(string name, long least, long most)
    {
        if (Query(name) is not { } text)
        {
            return null;
        }

        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            var digits = text.AsSpan().TrimStart('-');
            throw digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9')
                ? Fields.Fault($"?{name}", "type_mismatch", $"The parameter '{name}' must be a whole number, but was {Shown.Text(text)}.")
                : Fields.Outside($"?{name}", least, most, text);
        }

        return number >= least && number <= most ? number : throw Fields.Outside($"?{name}", least, most, text);
    }

    /// <summary>A query parameter that is a word of an enum.</summary>
    public T? Word<T>(string name)
        where T : struct, Enum
    {
        if (Query(name) is not { } text)
        {
            return null;
        }

        return Words.TryParse<T>(text, out var value)
            ? value
            : throw Fields.Fault(
                $"?{name}",
                "out_of_range",
                $"The parameter '{name}' is one of {string.Join(", ", Words.All<T>())}, but was {Shown.Text(text)}.");
    }

    /// <summary>Reads the body. The caller disposes it.</summary>
    /// <remarks>How long it takes to come is the sender's matter, and not of the store's time.</remarks>
    public async Task<Body> BodyAsync(int? most = null)
    {
        StoreTime?.Invoke(false);
        var body = await Body.ReadAsync(http, most ?? site.Options.MaxBodyBytes, route.BodyOptional, http.RequestAborted)
            .ConfigureAwait(false);
        StoreTime?.Invoke(true);
        return body;
    }

    /// <summary>Answers with JSON.</summary>
    public Task JsonAsync(int status, Action<Utf8JsonWriter> write) => Replies.JsonAsync(http, status, Replies.Bytes(write));

    /// <summary>Answers with a status alone.</summary>
    public Task EmptyAsync(int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    /// <summary>An address below the mount, for <c>Location</c> and <c>Link</c>.</summary>
    public string Address(string path) => $"{Mount}{path}";
}
