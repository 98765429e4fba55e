using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pawl.Browser.Tests;

/// <summary>A proxy that takes the first part of the path away, and says so or not. One that holds back passes a reply on when it
/// has all of it, which a stream never ends.</summary>
internal sealed class Proxy(WebApplication app, HttpClient client, int port) : IAsyncDisposable
{
    private static readonly string[] OfTheConnection = ["Transfer-Encoding", "Connection", "Keep-Alive"];

    public int Port => port;

    public static async Task<Proxy> StartAsync(int server, string prefix, bool tells, bool holds)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.Sources.Clear();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new($"http://127.0.0.1:{server}"), Timeout = Timeout.InfiniteTimeSpan,
        };
        app.Run(http => PassAsync(http, client, prefix, tells, holds));
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new(app, client, new Uri(address).Port);
    }

    private static async Task PassAsync(HttpContext http, HttpClient client, string prefix, bool tells, bool holds)
    {
        var target = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (!target.StartsWith(prefix, StringComparison.Ordinal))
        {
            http.Response.StatusCode = 404;
            return;
        }

        using var request = new HttpRequestMessage(new(http.Request.Method), target[prefix.Length..]);
        if (http.Request.ContentLength > 0)
        {
            request.Content = new StreamContent(http.Request.Body);
        }

        foreach (var (name, values) in http.Request.Headers.Where(header => !OfTheConnection.Contains(header.Key)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        if (tells)
        {
            request.Headers.Add("X-Forwarded-Prefix", prefix);
        }

        try
        {
            using var reply = await client.SendAsync(
                request,
                holds ? HttpCompletionOption.ResponseContentRead : HttpCompletionOption.ResponseHeadersRead,
                http.RequestAborted);
            http.Response.StatusCode = (int)reply.StatusCode;
            foreach (var (name, values) in reply.Headers.Concat(reply.Content.Headers))
            {
                if (!OfTheConnection.Contains(name))
                {
                    http.Response.Headers[name] = values.ToArray();
                }
            }

            http.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
            await reply.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
        }
        catch (Exception fault) when (fault is OperationCanceledException or HttpRequestException or IOException)
        {
            http.Abort();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        client.Dispose();
    }
}
