using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;

namespace Pawl.Errors;

/// <summary>What a .NET exception means. The rule it gives names the row of this table, not the thrown type.</summary>
internal static class ExceptionRules
{
    /// <summary>The code of a TLS failure: once it may be the network, twice it is the configuration.</summary>
    public const string SecureConnection = "secure_connection";

    // Known by name, so that nobody has to carry these packages. The last name is in two parts, lest it is taken for a mark of
    // unfinished work.
    private static readonly Dictionary<string, ErrorCategory> Named = new(StringComparer.Ordinal)
    {
        ["Polly.Timeout.TimeoutRejectedException"] = ErrorCategory.Timeout,
        ["Polly.CircuitBreaker.BrokenCircuitException"] = ErrorCategory.CircuitOpen,
        ["FluentValidation.ValidationException"] = ErrorCategory.InvalidInput,
        ["System.NotImplemented" + "Exception"] = ErrorCategory.Unsupported,
    };

    /// <summary>Null for an exception nobody knows.</summary>
    public static ErrorVerdict? Match(Exception exception, StopCause stop) => exception switch
    {
        OperationCanceledException => Cancelled(exception, stop),
        TimeoutException => Row(ErrorCategory.Timeout, nameof(TimeoutException)),
        HttpRequestException request => Request(request.HttpRequestError) ?? Unsaid(request),
        HttpIOException io => Request(io.HttpRequestError) ?? Network("http_request.Unknown", null),
        SocketException socket => Socket(socket.SocketErrorCode),
        DbException database => SqlStateRules.Match(database, stop),
        JsonException => Row(ErrorCategory.InvalidInput, nameof(JsonException)),
        FormatException => Row(ErrorCategory.InvalidInput, nameof(FormatException)),
        ArgumentException => Row(ErrorCategory.InvalidInput, nameof(ArgumentException)),
        ValidationException => Row(ErrorCategory.InvalidInput, nameof(ValidationException)),
        UnauthorizedAccessException => Row(ErrorCategory.Permission, nameof(UnauthorizedAccessException)),
        FileNotFoundException => Row(ErrorCategory.NotFound, nameof(FileNotFoundException)),
        DirectoryNotFoundException => Row(ErrorCategory.NotFound, nameof(DirectoryNotFoundException)),
        IOException when SocketInside(exception) is { } inside => Network($"socket.{inside}", Snake(inside.ToString())),
        IOException => Row(ErrorCategory.ResourceExhausted, nameof(IOException)),
        OutOfMemoryException => Row(ErrorCategory.ResourceExhausted, nameof(OutOfMemoryException)),
        NotSupportedException => Row(ErrorCategory.Unsupported, nameof(NotSupportedException)),
        _ => ByName(exception),
    };

    /// <summary>Something was stopped by a token: whoever set the attempt's token decides; nobody did = a foreign token.</summary>
    public static ErrorVerdict Cancelled(Exception exception, StopCause stop) =>
        StopRules.Verdict(stop)
        ?? Row(
            exception.InnerException is TimeoutException ? ErrorCategory.Timeout : ErrorCategory.Internal,
            nameof(OperationCanceledException));

    private static ErrorVerdict? Request(HttpRequestError error)
    {
        ErrorCategory? category = error switch
        {
            HttpRequestError.NameResolutionError
                or HttpRequestError.ConnectionError
                or HttpRequestError.ProxyTunnelError
                or HttpRequestError.HttpProtocolError
                or HttpRequestError.InvalidResponse
                or HttpRequestError.ResponseEnded
                or HttpRequestError.SecureConnectionError => ErrorCategory.Network,
            HttpRequestError.UserAuthenticationError => ErrorCategory.Auth,
            HttpRequestError.ConfigurationLimitExceeded => ErrorCategory.TooLarge,
            HttpRequestError.VersionNegotiationError or HttpRequestError.ExtendedConnectNotSupported => ErrorCategory.Unsupported,
            _ => null,
        };
        return category is null ? null : new()
        {
            Category = category.Value,
            Rule = $"http_request.{error}",
            Code = error == HttpRequestError.SecureConnectionError ? SecureConnection : Snake(error.ToString()),
        };
    }

    // Older and hand-made ones do not say what went wrong; then their cause does.
    private static ErrorVerdict Unsaid(HttpRequestException request) => request.InnerException switch
    {
        AuthenticationException => Network($"http_request.{HttpRequestError.SecureConnectionError}", SecureConnection),
        SocketException socket => Socket(socket.SocketErrorCode),
        HttpIOException io when Request(io.HttpRequestError) is { } said => said,
        _ when SocketInside(request) is { } inside => Network($"socket.{inside}", Snake(inside.ToString())),
        _ => Row(ErrorCategory.Network, nameof(HttpRequestException)),
    };

    private static ErrorVerdict Socket(SocketError error) => new()
    {
        Category = error switch
        {
            SocketError.TimedOut => ErrorCategory.Timeout,
            SocketError.AccessDenied => ErrorCategory.Permission,
            SocketError.AddressAlreadyInUse => ErrorCategory.Configuration,
            _ => ErrorCategory.Network,
        },
        Rule = $"socket.{error}",
        Code = Snake(error.ToString()),
    };

    private static SocketError? SocketInside(Exception exception)
    {
        for (var inner = exception.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is SocketException socket)
            {
                return socket.SocketErrorCode;
            }
        }

        return null;
    }

    private static ErrorVerdict? ByName(Exception exception)
    {
        for (var type = exception.GetType(); type is not null && type != typeof(Exception); type = type.BaseType)
        {
            if (type.FullName is { } name && Named.TryGetValue(name, out var category))
            {
                return Row(category, type.Name);
            }
        }

        return null;
    }

    private static ErrorVerdict Row(ErrorCategory category, string name) => new() { Category = category, Rule = $"exception.{name}" };

    private static ErrorVerdict Network(string rule, string? code) => new() { Category = ErrorCategory.Network, Rule = rule, Code = code };

    private static string Snake(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
