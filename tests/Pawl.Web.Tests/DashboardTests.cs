using System.Net;
using System.Security.Claims;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pawl.Web.Dashboard;

namespace Pawl.Web.Tests;

/// <summary>The pages as they are sent; what they do in a browser is tried in one.</summary>
public sealed partial class DashboardTests
{
    private const int Budget = 120 * 1024;
    private const int Drawer = 30 * 1024;

    [Theory]
    [InlineData("", "settings", 200, "./")]
    [InlineData("", "queues/mail", 200, "../")]
    [InlineData("", "a/b/c", 404, "../../")]
    [InlineData("/ops", "settings", 200, "./")]
    [InlineData("/ops/deep", "queues/mail", 200, "../")]
    [InlineData("", "queues/a%2Fb", 200, "../")]
    [InlineData("", "queues/a/b", 404, "../../")]
    public async Task A_page_names_its_files_by_how_deep_it_lies(string mount, string path, int status, string climb)
    {
        await using var served = await Served.StartAsync(mount);

        var reply = await served.GetAsync(path);

        Assert.Equal((status, "text/html; charset=utf-8"), (reply.Status, reply.Headers["Content-Type"]));
        var links = Link().Matches(reply.Body).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.StartsWith($"{climb}a/", link, StringComparison.Ordinal));
        foreach (var link in links)
        {
            var file = await served.GetAsync(new Uri(new Uri(served.Client.BaseAddress!, path), link).ToString());
            Assert.Equal(200, file.Status);
            Assert.Contains("immutable", file.Headers["Cache-Control"], StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/ops", "/ops", "ops/")]
    [InlineData("/ops", "/ops?query=a%20b", "ops/?query=a%20b")]
    [InlineData("/a/b c", "/a/b%20c", "b%20c/")]
    public async Task A_mount_without_its_slash_is_sent_to_it(string mount, string path, string location)
    {
        await using var served = await Served.StartAsync(mount);

        var reply = await served.GetAsync(served.Address + path);

        Assert.Equal((308, location), (reply.Status, reply.Headers["Location"]));
    }

    [Fact]
    public async Task A_stranger_gets_the_login_page_and_its_files_and_nothing_else()
    {
        await using var served = await Served.StartAsync("/ops");

        foreach (var path in (string[])["", "jobs", "jobs/901", "nothing", $"a/{DashboardFiles.All.Hash}/app.js", "a/0/style.css"])
        {
            var reply = await served.GetAsync(path, Served.With(""));

            Assert.Equal((401, "no-store", true), (reply.Status, reply.Headers["Cache-Control"],
                reply.Body.Contains("login.js", StringComparison.Ordinal)));
            Assert.DoesNotContain("app.js", reply.Body, StringComparison.Ordinal);
        }

        foreach (var name in (string[])["login.js", "theme.js", "style.css", "icon.svg"])
        {
            Assert.Equal(200, (await served.GetAsync($"a/{DashboardFiles.All.Hash}/{name}", Served.With(""))).Status);
        }

        Assert.Equal(401, (await served.GetAsync("jobs", Served.With(await served.KeyAsync("worker")))).Status);
    }

    [Fact]
    public async Task A_page_says_what_a_browser_may_do_with_it()
    {
        await using var served = await Served.StartAsync();

        var reply = await served.GetAsync("settings");

        Assert.Equal("no-cache", reply.Headers["Cache-Control"]);
        Assert.Equal(("nosniff", "no-referrer"), (reply.Headers["X-Content-Type-Options"], reply.Headers["Referrer-Policy"]));
        Assert.Contains("require-trusted-types-for 'script'", reply.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", reply.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.DoesNotMatch(@"<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=", reply.Body);
    }

    [Fact]
    public async Task Everything_a_browser_loads_fits_the_budget_compressed()
    {
        await using var served = await Served.StartAsync();

        var bytes = 0;
        foreach (var (name, asset) in DashboardFiles.All.Assets)
        {
            var reply = await served.GetAsync($"a/{DashboardFiles.All.Hash}/{name}", ("Accept-Encoding", "gzip, br"));
            Assert.Equal(("br", "Accept-Encoding"), (reply.Headers["Content-Encoding"], reply.Headers["Vary"]));
            Assert.True(reply.Bytes.Length < asset.Bytes.Length, name);
            if (name == DashboardFiles.Drawer)
            {
                Assert.InRange(reply.Bytes.Length, 1, Drawer);   // of other applications' pages
            }
            else
            {
                bytes += reply.Bytes.Length;
            }

            var plain = await served.GetAsync($"a/{DashboardFiles.All.Hash}/{name}", ("Accept-Encoding", "br;q=0, gzip"));
            Assert.Equal(asset.Bytes, plain.Bytes);
        }

        Assert.InRange(bytes, 1, Budget);
    }

    [Fact]
    public async Task A_page_of_a_neighbour_is_no_reason_to_use_the_session()
    {
        await using var served = await Served.StartAsync();
        var cookie = await SessionAsync(served);

        Assert.Equal(200, (await served.GetAsync("queues", Served.With(""), ("Cookie", cookie))).Status);
        Assert.Equal(401, (await served.GetAsync("queues", Served.With(""), ("Cookie", cookie), ("Sec-Fetch-Site", "same-site"))).Status);
    }

    [Theory]
    [InlineData(null, "/ops")]
    [InlineData("/ops/", "/ops")]
    [InlineData("/outside/ops/", "/outside/ops")]
    [InlineData("/elsewhere/", "/ops")]
    [InlineData("/x;domain=a/ops/", "/ops")]
    public async Task A_session_is_sent_to_the_mount_as_the_browser_sees_it(string? seen, string path)
    {
        await using var served = await Served.StartAsync("/ops");

        var reply = await served.PostAsync(
            "api/session", $$"""{"key":"{{served.Key}}"}""", Served.With(""), ("Pawl-Client", "dashboard"), ("Pawl-Mount", seen ?? ""));

        Assert.Equal(204, reply.Status);
        Assert.Contains($"path={path};", reply.Headers["Set-Cookie"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_parts_are_mapped_one_by_one()
    {
        await using var host = await Host.StartAsync(app =>
        {
            app.MapGet("/", () => "the host's own page");
            var group = app.MapGroup("/team");
            group.MapPawlApi("/jobs", web => web.FirstKey = app.Services.GetRequiredService<TaskCompletionSource<string>>().SetResult);
            group.MapPawlDashboard("/jobs").WithMetadata("mine");
            app.MapPawlOperations("/probes");
        });

        Assert.Equal("the host's own page", (await host.GetAsync("/")).Text);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/team/jobs/queues/mail")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/team/jobs/api/jobs")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.GetAsync("/team/jobs/livez/x")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/probes/livez")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/probes/metrics")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.GetAsync("/probes/nothing")).Status);
        var made = await host.PostAsync("/team/jobs/api/jobs", """{"type":"parked","payload":{}}""");
        Assert.StartsWith("/team/jobs/api/jobs/", made.Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dashboard_without_its_API_is_refused()
    {
        var fault = await Assert.ThrowsAsync<PawlException>(() => Host.StartAsync(app =>
        {
            app.MapPawlApi("/jobs");
            app.MapPawlDashboard("/other");
        }));

        Assert.Equal("config_invalid", fault.Code);
    }

    [Fact]
    public async Task Nobody_is_let_in_by_nobody()
    {
        var fault = await Assert.ThrowsAsync<PawlException>(() => Host.StartAsync(app => app.MapPawl("/", web => web.Keys = false)));

        Assert.Equal("config_invalid", fault.Code);
        Assert.Contains("RoleOf", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_users_of_the_host_have_the_roles_it_gives_them()
    {
        await using var served = await Served.StartAsync(
            options: web =>
            {
                web.RoleOf = user => user.IsInRole("support") ? ApiRole.Viewer : user.IsInRole("ops") ? ApiRole.Operator : null;
                web.Keys = false;
            },
            before: app => app.Use((http, next) =>
            {
                if (http.Request.Headers["Test-User"].ToString() is { Length: > 0 } role)
                {
                    http.User = new(new ClaimsIdentity([new(ClaimTypes.Name, "ada"), new(ClaimTypes.Role, role)], "test"));
                }

                return next(http);
            }));
        (string, string) none = Served.With(""), page = ("Pawl-Client", "dashboard"), site = ("Sec-Fetch-Site", "same-origin");

        Assert.Equal(401, (await served.GetAsync("api/jobs")).Status);   // keys are off
        Assert.Equal(401, (await served.GetAsync("api/jobs", none, ("Test-User", "guest"))).Status);
        Assert.Equal(200, (await served.GetAsync("queues", none, ("Test-User", "support"))).Status);
        var config = await served.GetAsync("api/ui-config", none, ("Test-User", "support"));
        Assert.Equal(("user:ada", "viewer"), (config.Text("actor"), config.Text("role")));
        const string Body = """{"type":"parked","payload":{}}""";
        Assert.Equal((403, "forbidden"), (await served.PostAsync("api/jobs", Body, none, ("Test-User", "support"), page, site)).Answer);
        Assert.Equal(201, (await served.PostAsync("api/jobs", Body, none, ("Test-User", "ops"), page, site)).Status);
        Assert.Equal((403, "origin_not_allowed"), (await served.PostAsync("api/jobs", Body, none, ("Test-User", "ops"))).Answer);
    }

    private static async Task<string> SessionAsync(Served served)
    {
        var reply = await served.PostAsync(
            "api/session", $$"""{"key":"{{served.Key}}"}""", Served.With(""), ("Pawl-Client", "dashboard"));
        return reply.Headers["Set-Cookie"].Split(';')[0];
    }

    [GeneratedRegex("""(?:href|src)="([^"]+)""")]
    private static partial Regex Link();

    /// <summary>A program that maps as it likes.</summary>
    private sealed class Host(WebApplication app, HttpClient client) : IAsyncDisposable
    {
        public static async Task<Host> StartAsync(Action<WebApplication> map)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var key = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            builder.Services.AddSingleton(key);
            builder.Services.AddPawl().AddType<Parked>().UseSqlite("Data Source=:memory:");
            var app = builder.Build();
            try
            {
                map(app);
                await app.StartAsync();
            }
            catch (PawlException)
            {
                await app.DisposeAsync();
                throw;
            }

            var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            var client = new HttpClient { BaseAddress = new(address) };
            client.DefaultRequestHeaders.Authorization = new("Bearer", await key.Task.WaitAsync(TimeSpan.FromSeconds(120)));
            return new(app, client);
        }

        public async Task<(HttpStatusCode Status, string Text)> GetAsync(string path)
        {
            using var reply = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            return (reply.StatusCode, await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        public async Task<(HttpStatusCode Status, string? Location)> PostAsync(string path, string body)
        {
            using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            using var reply = await client.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
            return (reply.StatusCode, reply.Headers.Location?.ToString());
        }

        public async ValueTask DisposeAsync()
        {
            client.Dispose();
            await app.DisposeAsync();
        }
    }
}
