using System.ComponentModel.DataAnnotations;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using Pawl.Errors;
using Xunit;

namespace Pawl.Tests.Errors;

public sealed class ExceptionRulesTests
{
    // Its name is in two parts, lest it is taken for a mark of unfinished work.
    private static readonly Exception Unfinished =
        (Exception)Activator.CreateInstance(Type.GetType("System.NotImplemented" + "Exception")!)!;

    public static TheoryData<Exception, string, string> Rows => new()
    {
        { new TimeoutException(), "timeout", "exception.TimeoutException" },
        { Made.Exception("Polly.Timeout.TimeoutRejectedException"), "timeout", "exception.TimeoutRejectedException" },
        { Made.Exception("Polly.CircuitBreaker.BrokenCircuitException"), "circuit_open", "exception.BrokenCircuitException" },
        { Made.Derived("Polly.CircuitBreaker.BrokenCircuitException"), "circuit_open", "exception.BrokenCircuitException" },
        { new JsonException(), "invalid_input", "exception.JsonException" },
        { new FormatException(), "invalid_input", "exception.FormatException" },
        { new ArgumentException("no"), "invalid_input", "exception.ArgumentException" },
        { new ArgumentNullException("no"), "invalid_input", "exception.ArgumentException" },
        { new ValidationException(), "invalid_input", "exception.ValidationException" },
        { new UnauthorizedAccessException(), "permission", "exception.UnauthorizedAccessException" },
        { new FileNotFoundException(), "not_found", "exception.FileNotFoundException" },
        { new DirectoryNotFoundException(), "not_found", "exception.DirectoryNotFoundException" },
        { new IOException("disk full"), "resource_exhausted", "exception.IOException" },
        { new IOException("reset", new SocketException((int)SocketError.ConnectionReset)), "network", "socket.ConnectionReset" },
        { new InsufficientMemoryException(), "resource_exhausted", "exception.OutOfMemoryException" },
        { new NotSupportedException(), "unsupported", "exception.NotSupportedException" },
        { Unfinished, "unsupported", $"exception.{Unfinished.GetType().Name}" },
        { new HttpIOException(HttpRequestError.ResponseEnded), "network", "http_request.ResponseEnded" },
        { new HttpRequestException("no"), "network", "exception.HttpRequestException" },
        { new HttpRequestException("no", new SocketException((int)SocketError.ConnectionRefused)), "network", "socket.ConnectionRefused" },
        { new HttpRequestException("no", new AuthenticationException()), "network", "http_request.SecureConnectionError" },
    };

    [Theory]
    [MemberData(nameof(Rows), DisableDiscoveryEnumeration = true)]
    public void An_exception_has_the_category_of_the_model(Exception exception, string category, string rule)
    {
        var verdict = ExceptionRules.Match(exception, StopCause.None);

        Assert.Equal((category, rule), (Words.Of(verdict!.Category), verdict.Rule));
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, "network", "name_resolution_error")]
    [InlineData(HttpRequestError.ConnectionError, "network", "connection_error")]
    [InlineData(HttpRequestError.ProxyTunnelError, "network", "proxy_tunnel_error")]
    [InlineData(HttpRequestError.HttpProtocolError, "network", "http_protocol_error")]
    [InlineData(HttpRequestError.InvalidResponse, "network", "invalid_response")]
    [InlineData(HttpRequestError.ResponseEnded, "network", "response_ended")]
    [InlineData(HttpRequestError.SecureConnectionError, "network", "secure_connection")]
    [InlineData(HttpRequestError.UserAuthenticationError, "auth", "user_authentication_error")]
    [InlineData(HttpRequestError.ConfigurationLimitExceeded, "too_large", "configuration_limit_exceeded")]
    [InlineData(HttpRequestError.VersionNegotiationError, "unsupported", "version_negotiation_error")]
    [InlineData(HttpRequestError.ExtendedConnectNotSupported, "unsupported", "extended_connect_not_supported")]
    public void A_request_error_has_the_category_of_the_model(HttpRequestError error, string category, string code)
    {
        var verdict = ExceptionRules.Match(new HttpRequestException(error), StopCause.None);

        Assert.Equal((category, code), (Words.Of(verdict!.Category), verdict.Code));
        Assert.Equal($"http_request.{error}", verdict.Rule);
    }

    [Theory]
    [InlineData(SocketError.ConnectionRefused, "network", "connection_refused")]
    [InlineData(SocketError.ConnectionReset, "network", "connection_reset")]
    [InlineData(SocketError.ConnectionAborted, "network", "connection_aborted")]
    [InlineData(SocketError.NetworkUnreachable, "network", "network_unreachable")]
    [InlineData(SocketError.HostUnreachable, "network", "host_unreachable")]
    [InlineData(SocketError.TryAgain, "network", "try_again")]
    [InlineData(SocketError.HostNotFound, "network", "host_not_found")]
    [InlineData(SocketError.TimedOut, "timeout", "timed_out")]
    [InlineData(SocketError.AccessDenied, "permission", "access_denied")]
    [InlineData(SocketError.AddressAlreadyInUse, "configuration", "address_already_in_use")]
    public void A_socket_error_has_the_category_of_the_model(SocketError error, string category, string code)
    {
        var verdict = ExceptionRules.Match(new SocketException((int)error), StopCause.None);

        Assert.Equal((category, code), (Words.Of(verdict!.Category), verdict.Code));
        Assert.Equal($"socket.{error}", verdict.Rule);
    }

    [Theory]
    [InlineData(StopCause.User, "cancelled", "stop.user")]
    [InlineData(StopCause.Host, "interrupted", "stop.host")]
    [InlineData(StopCause.Timeout, "timeout", "stop.timeout")]
    [InlineData(StopCause.None, "internal", "exception.OperationCanceledException")]
    internal void A_cancellation_is_judged_by_who_asked_for_it(StopCause stop, string category, string rule)
    {
        var verdict = ExceptionRules.Match(new TaskCanceledException(), stop);

        Assert.Equal((category, rule), (Words.Of(verdict!.Category), verdict.Rule));
    }

    [Fact]
    public void A_foreign_cancellation_with_a_timeout_inside_is_a_timeout()
    {
        var verdict = ExceptionRules.Match(new TaskCanceledException("no", new TimeoutException()), StopCause.None);

        Assert.Equal(ErrorCategory.Timeout, verdict!.Category);
    }

    [Fact]
    public void An_unknown_exception_is_left_to_others() =>
        Assert.Null(ExceptionRules.Match(new InvalidOperationException(), StopCause.None));
}
