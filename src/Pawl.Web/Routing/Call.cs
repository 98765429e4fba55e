using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
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
    public Task<Body> BodyAsync(int? most = null) =>
        Body.ReadAsync(http, most ?? site.Options.MaxBodyBytes, route.BodyOptional, http.RequestAborted);

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
