using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pawl.Web.Tests;

public sealed class GuardTests
{
    private const string Parked = """{"type":"parked","payload":{}}""";

    [Fact]
    public async Task None_unknown_revoked_and_expired_keys_get_one_text()
    {
        await using var served = await Served.StartAsync();
        var revoked = await served.PostAsync("api/keys", """{"name":"gone","role":"viewer"}""");
        Assert.Equal(204, (await served.SendAsync("DELETE", $"api/keys/{revoked.Text("id")}")).Status);
        var texts = new HashSet<string>();
        foreach (var key in (string[])["", "x", "pawl_k_unknown", revoked.Text("key"), served.Key + "x", new string('k', 5_000)])
        {
            var reply = await served.GetAsync("api/jobs", Served.With(key));

            Assert.Equal((401, "unauthenticated"), reply.Answer);
            Assert.Equal("Bearer", reply.Headers["WWW-Authenticate"]);
            texts.Add(reply.Text("detail"));
        }

        Assert.Single(texts);
    }

    [Fact]
    public async Task A_key_is_shown_once_and_never_again()
    {
        await using var served = await Served.StartAsync();

        var made = await served.PostAsync(
            "api/keys", """{"name":"ci","role":"submitter","types":["mail.*"],"expires_at":"2099-01-01T00:00:00Z"}""");
        var list = await served.GetAsync("api/keys");

        Assert.StartsWith("pawl_k_", made.Text("key"), StringComparison.Ordinal);
        Assert.Equal(7 + 43, made.Text("key").Length);
        Assert.StartsWith(made.Text("prefix"), made.Text("key"), StringComparison.Ordinal);
        Assert.DoesNotContain(made.Text("key"), list.Body, StringComparison.Ordinal);
        Assert.Contains("\"types\":[\"mail.*\"]", list.Body, StringComparison.Ordinal);
        Assert.StartsWith("pawl_w_", await served.KeyAsync("worker"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_admin_key_stays()
    {
        await using var served = await Served.StartAsync();
        var first = (string?)(await served.GetAsync("api/keys")).Json["items"]![0]!["id"];

        Assert.Equal((409, "last_admin_key"), (await served.SendAsync("DELETE", $"api/keys/{first}")).Answer);
        await served.KeyAsync("admin");
        Assert.Equal(204, (await served.SendAsync("DELETE", $"api/keys/{first}")).Status);
        Assert.Equal(401, (await served.GetAsync("api/jobs")).Status);
    }

    [Theory]
    [InlineData("""{"role":"viewer"}""", "required", "/name")]
    [InlineData("""{"name":"a"}""", "required", "/role")]
    [InlineData("""{"name":"a b","role":"viewer"}""", "name_invalid", "/name")]
    [InlineData("""{"name":"a","role":"root"}""", "out_of_range", "/role")]
    [InlineData("""{"name":"a","role":"viewer","types":["*x"]}""", "name_invalid", "/types/0")]
    [InlineData("""{"name":"a","role":"viewer","expires_at":"2020-01-01T00:00:00Z"}""", "out_of_range", "/expires_at")]
    public async Task A_key_that_cannot_be_is_refused(string body, string code, string pointer)
    {
        await using var served = await Served.StartAsync();

        var reply = await served.PostAsync("api/keys", body);

        Assert.Equal((400, code, pointer), (reply.Status, reply.Code, reply.Pointer));
    }

    [Theory]
    [InlineData("evil.test", 421)]
    [InlineData("localhost", 200)]
    [InlineData("127.0.0.1:1", 200)]
    [InlineData("[::1]:99", 200)]
    [InlineData("localhost.evil.test", 421)]
    public async Task Only_a_known_name_of_the_server_is_answered(string host, int status)
    {
        await using var served = await Served.StartAsync();

        foreach (var path in (string[])["livez", "api/jobs"])
        {
            var reply = await served.GetAsync(path, ("Host", host));

            Assert.Equal((status, status == 421 ? "host_not_allowed" : null), reply.Answer);
        }
    }

    [Fact]
    public async Task A_body_whose_length_is_told_twice_is_not_read()
    {
        await using var served = await Served.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(served.Address).Port, TestContext.Current.CancellationToken);
        var body = Convert.ToString(Parked.Length, 16) + $"\r\n{Parked}\r\n0\r\n\r\n";
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /api/jobs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {served.Key}\r\nContent-Type: application/json\r\n"
                + $"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n{body}"),
            TestContext.Current.CancellationToken);

        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        var reply = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);   // ends, as the connection is closed

        Assert.StartsWith("HTTP/1.1 400 ", reply, StringComparison.Ordinal);
        Assert.Empty((await served.Jobs.ListAsync(null, TestContext.Current.CancellationToken)).Jobs);
    }

    [Theory]
    [InlineData("api/jobs?token=abc")]
    [InlineData("api/jobs?access_token=abc")]
    [InlineData("api/jobs?query=pawl_k_abc")]
    public async Task A_key_in_the_address_is_refused(string path)
    {
        await using var served = await Served.StartAsync();

        Assert.Equal((400, "token_in_url"), (await served.GetAsync(path, Served.With(""))).Answer);
    }

    [Fact]
    public async Task A_page_of_another_site_changes_nothing()
    {
        await using var served = await Served.StartAsync();
        (string, string)[] headers =
        [
            ("Origin", "https://evil.test"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"),
        ];
        foreach (var header in headers)
        {
            Assert.Equal((403, "origin_not_allowed"), (await served.PostAsync("api/jobs", Parked, header)).Answer);
            Assert.Equal(
                (403, "origin_not_allowed"), (await served.PostAsync("api/session", """{"code":"x"}""", header, Served.With(""))).Answer);
        }

        Assert.Equal(201, (await served.PostAsync("api/jobs", Parked, ("Origin", served.Address))).Status);
        Assert.Equal(201, (await served.PostAsync("api/jobs", Parked, ("Sec-Fetch-Site", "none"))).Status);
        var foreign = await served.GetAsync("api/jobs", ("Origin", "https://evil.test"));
        Assert.DoesNotContain("Access-Control-Allow-Origin", foreign.Headers.Keys);
    }

    [Fact]
    public async Task A_browser_signs_in_with_a_code_that_works_once()
    {
        await using var served = await Served.StartAsync("/ops");
        var made = await served.PostAsync("api/login-codes");
        Assert.Equal((201, $"{served.Address}/ops/#code={made.Text("code")}"), (made.Status, made.Text("url")));

        var opened = await served.PostAsync("api/session", $$"""{"code":"{{made.Text("code")}}"}""", Served.With(""));
        var again = await served.PostAsync("api/session", $$"""{"code":"{{made.Text("code")}}"}""", Served.With(""));

        Assert.Equal((204, 401), (opened.Status, again.Status));
        var cookie = opened.Headers["Set-Cookie"];
        foreach (var part in (string[])["path=/ops", "httponly", "samesite=strict", "max-age=43200"])
        {
            Assert.Contains(part, cookie, StringComparison.OrdinalIgnoreCase);
        }

        var session = ("Cookie", cookie[..cookie.IndexOf(';', StringComparison.Ordinal)]);
        (string, string) page = ("Pawl-Client", "dashboard"), own = ("Sec-Fetch-Site", "same-origin"), none = Served.With("");
        Assert.Equal("admin", (await served.GetAsync("api/ui-config", session, none)).Text("role"));
        Assert.Equal(403, (await served.GetAsync("api/ui-config", session, none, ("Sec-Fetch-Site", "same-site"))).Status);
        Assert.Equal(403, (await served.PostAsync("api/jobs", Parked, session, none)).Status);
        Assert.Equal(403, (await served.PostAsync("api/jobs", Parked, session, none, own)).Status);
        Assert.Equal(403, (await served.PostAsync("api/jobs", Parked, session, none, page)).Status);
        Assert.Equal(201, (await served.PostAsync("api/jobs", Parked, session, none, page, own)).Status);
        Assert.Equal(204, (await served.SendAsync("DELETE", "api/session", headers: [session, none, page, own])).Status);
        Assert.Equal(401, (await served.GetAsync("api/ui-config", session, none)).Status);
    }

    [Fact]
    public async Task A_session_ends_with_its_key_and_has_no_more_power()
    {
        await using var served = await Served.StartAsync();
        var made = await served.PostAsync("api/keys", """{"name":"ann","role":"operator"}""");
        var ann = Served.With(made.Text("key"));

        Assert.Equal((403, "forbidden"), (await served.PostAsync("api/login-codes", """{"role":"admin"}""", ann)).Answer);
        var code = (await served.PostAsync("api/login-codes", """{"role":"viewer"}""")).Text("code");
        var viewer = await served.PostAsync("api/session", $$"""{"code":"{{code}}"}""", Served.With(""));
        var opened = await served.PostAsync("api/session", $$"""{"key":"{{made.Text("key")}}"}""", Served.With(""));
        Assert.Equal("viewer", (await served.GetAsync("api/ui-config", Cookie(viewer), Served.With(""))).Text("role"));
        Assert.Equal("operator", (await served.GetAsync("api/ui-config", Cookie(opened), Served.With(""))).Text("role"));

        await served.SendAsync("DELETE", $"api/keys/{made.Text("id")}");

        Assert.Equal(401, (await served.GetAsync("api/ui-config", Cookie(opened), Served.With(""))).Status);

        static (string, string) Cookie(Reply reply) => ("Cookie", reply.Headers["Set-Cookie"].Split(';')[0]);
    }

    [Fact]
    public async Task A_key_that_asks_too_often_is_told_when_to_come_again()
    {
        await using var served = await Served.StartAsync(options: web => (web.RequestsPerSecond, web.Burst) = (1, 3));
        var other = Served.With(await served.KeyAsync("viewer"));
        Reply reply;
        var tries = 0;
        do
        {
            reply = await served.GetAsync("api/ui-config");
        }
        while (reply.Status == 200 && ++tries < 100);

        Assert.Equal((429, "too_many_requests", true), (reply.Status, reply.Code, (bool?)reply.Json["retryable"]));
        Assert.InRange((int?)reply.Json["retry_after_ms"] ?? 0, 1, 1_000);
        Assert.Equal("1", reply.Headers["Retry-After"]);
        Assert.Equal(200, (await served.GetAsync("api/ui-config", other)).Status);
        Assert.Equal(200, (await served.GetAsync("livez")).Status);
    }

    [Fact]
    public async Task Too_many_or_too_large_headers_are_refused()
    {
        await using var served = await Served.StartAsync();
        var many = Enumerable.Range(0, 101).Select(number => (string.Create(CultureInfo.InvariantCulture, $"X-{number}"), "x")).ToArray();

        Assert.Equal((431, "header_too_large"), (await served.GetAsync("livez", ("X-Large", new string('x', 33 * 1024)))).Answer);
        Assert.Equal((431, "header_too_large"), (await served.GetAsync("livez", many)).Answer);
    }

    [Fact]
    public async Task The_first_key_is_written_for_its_owner_alone_and_never_written_over()
    {
        using var folder = new TempFolder();
        var path = folder["admin.key"];
        await using (var served = await Served.StartAsync(options: web => (web.FirstKey, web.KeyFile) = (null, path), waits: path))
        {
            Assert.Equal(HttpStatusCode.OK, (HttpStatusCode)(await served.GetAsync("api/keys")).Status);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            }
        }

        var kept = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        await using var next = await Served.StartAsync(options: web => (web.FirstKey, web.KeyFile) = (null, path), waits: path);
        Assert.Equal((200, kept.Trim()), ((await next.GetAsync("api/keys")).Status, next.Key));
    }

    [Theory]
    [InlineData("Pawl:Web:AlowedHosts", "x", "AlowedHosts")]
    [InlineData("Pawl:Web:Burst", "0", "Pawl:Web:Burst must be between 1")]
    [InlineData("Pawl:Web:Burst", "many", "Pawl:Web:Burst must be a whole number")]
    [InlineData("Pawl:Web:Compat", "cards,crowler", "'crowler'")]
    public async Task A_wrong_setting_fails_the_start(string name, string value, string said)
    {
        var fault = await Assert.ThrowsAsync<PawlException>(
            () => Served.StartAsync(settings: new Dictionary<string, string?> { [name] = value }));

        Assert.Equal(("config_invalid", 8), (fault.Code, fault.ExitCode));
        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
    }
}
