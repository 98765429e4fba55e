using System.Text;

namespace Pawl.Web.Tests.Security;

/// <summary>Attacks that each have happened to a known product.</summary>
public sealed class AttackTests
{
    private const string Parked = """{"type":"parked","payload":{}}""";
    private static readonly (string, string) NoKey = Served.With("");

    [Fact]
    public async Task A_name_of_a_type_or_of_a_file_in_a_payload_is_plain_data()
    {
        await using var served = await Served.StartAsync();
        const string Payload = """{"$type":"System.IO.FileInfo, System.Runtime","file":"@/etc/passwd","run":"$(id)`id`;id"}""";

        var made = await served.PostAsync("api/jobs", $$"""{"type":"parked","payload":{{Payload}}}""");

        Assert.Equal(201, made.Status);
        Assert.Contains(Payload, (await served.GetAsync($"api/jobs/{made.Text("id")}")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded", "type=parked")]
    [InlineData("multipart/form-data; boundary=x", "--x--")]
    [InlineData("text/plain", Parked)]
    public async Task A_form_of_another_page_creates_nothing(string type, string body)
    {
        await using var served = await Served.StartAsync();
        var session = await SignInAsync(served);

        var withKey = await served.SendAsync("POST", "api/jobs", body, type);
        var withCookie = await served.SendAsync("POST", "api/jobs", body, type, session, NoKey);

        Assert.Equal((415, "media_type_unsupported"), withKey.Answer);
        Assert.Equal((403, "origin_not_allowed"), withCookie.Answer);
        Assert.Empty((await served.GetAsync("api/jobs")).Json["items"]!.AsArray());
    }

    [Theory]
    [InlineData("api/jobs/1/cancel")]
    [InlineData("api/jobs/1/retry")]
    [InlineData("api/queues/default/pause")]
    [InlineData("api/recovery/1/run")]
    public async Task An_image_s_address_changes_nothing(string path)
    {
        await using var served = await Served.StartAsync();
        var session = await SignInAsync(served);

        Assert.InRange((await served.GetAsync(path, session, NoKey)).Status, 404, 405);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.test")]
    [InlineData("Origin", "null")]
    public async Task A_stream_opened_by_another_site_s_page_is_refused(string header, string value)
    {
        await using var served = await Served.StartAsync();
        var session = await SignInAsync(served);

        foreach (var path in (string[])["api/stream?topics=jobs", "api/jobs", "api/ui-config"])
        {
            var reply = await served.GetAsync(path, session, NoKey, (header, value));

            Assert.Equal((403, "origin_not_allowed"), reply.Answer);
            Assert.DoesNotContain(reply.Headers.Keys, name => name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
        }

        Assert.Equal(200, (await served.GetAsync("api/ui-config", session, NoKey, ("Origin", served.Address))).Status);
        Assert.DoesNotContain(
            (await served.SendAsync("OPTIONS", "api/jobs", headers: [(header, value)])).Headers.Keys,
            name => name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("jobs.example.org", 200)]
    [InlineData("evilexample.org", 421)]
    [InlineData("example.org.evil.test", 421)]
    public async Task A_pattern_of_names_fits_to_its_end(string host, int status)
    {
        await using var served = await Served.StartAsync(options: web => web.AllowedHosts = ["*.example.org"]);

        Assert.Equal(status, await StatusAsync(served, host));
    }

    [Theory]
    [InlineData("mail.*", "mail.send", true)]
    [InlineData("mail.*", "xmail.send", false)]
    [InlineData("mail.*", "mailbox", false)]
    [InlineData("mail.send", "mail.send.all", false)]
    [InlineData("mail.send", "Mail.send", false)]
    public void A_pattern_of_types_fits_from_its_beginning(string pattern, string type, bool fits) =>
        Assert.Equal(fits, new Scope(Types: [pattern]).Sees("default", type));

    [Theory]
    [InlineData("%3Cscript%3Ealert(1)%3C/script%3E")]
    [InlineData("jobs?query=%3Cscript%3Ealert(1)%3C/script%3E")]
    [InlineData("api/jobs?query=state:%3Cscript%3Ealert(1)%3C/script%3E")]
    [InlineData("api/jobs?%3Cscript%3Ealert(1)%3C/script%3E=1")]
    [InlineData("api/%3Cscript%3Ealert(1)%3C/script%3E")]
    public async Task What_an_address_says_comes_back_in_no_page(string path)
    {
        await using var served = await Served.StartAsync();
        var session = await SignInAsync(served);

        foreach (var reply in (Reply[])[await served.GetAsync(path), await served.GetAsync(path, session, NoKey)])
        {
            Assert.Equal("nosniff", reply.Headers["X-Content-Type-Options"]);
            if (reply.Headers.GetValueOrDefault("Content-Type")?.Contains("html", StringComparison.Ordinal) == true)
            {
                Assert.DoesNotContain("alert(1)", reply.Body, StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal("application/problem+json", reply.Headers["Content-Type"]);   // which no browser shows as a page
            }
        }
    }

    [Theory]
    [InlineData("etc/passwd")]
    [InlineData("api/files?path=/etc/passwd")]
    [InlineData("..%2F..%2F..%2Fetc%2Fpasswd")]
    [InlineData("assets/..%2F..%2Fetc%2Fpasswd")]
    [InlineData("api/jobs/1/artifacts/..%2F..%2Fetc%2Fpasswd")]
    public async Task There_is_no_route_to_the_files_of_the_server(string path)
    {
        await using var served = await Served.StartAsync();

        var reply = await served.GetAsync(path);

        Assert.InRange(reply.Status, 400, 404);
        Assert.DoesNotContain("root:", reply.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"parked","payload":{},"queue":"a\r\nX: y"}""", "name_invalid", "/queue")]
    [InlineData("""{"type":"par\nked","payload":{}}""", "name_invalid", "/type")]
    [InlineData("""{"type":"parked","payload":{},"queue":"x'; drop table job; --"}""", "name_invalid", "/queue")]
    [InlineData("""{"type":"parked","payload":{},"priority":1e309}""", "out_of_range", "/priority")]
    public async Task What_would_forge_a_line_or_a_statement_is_no_name(string body, string code, string pointer)
    {
        await using var served = await Served.StartAsync();

        var reply = await served.PostAsync("api/jobs", body);

        Assert.Equal((400, code, pointer), (reply.Status, reply.Code, reply.Pointer));
    }

    [Theory]
    [InlineData("sort=id;drop%20table%20job", "sort_invalid")]
    [InlineData("sort=(select%201)", "sort_invalid")]
    [InlineData("limit=999999999999999999999", "out_of_range")]
    public async Task What_orders_a_list_is_no_statement(string query, string code)
    {
        await using var served = await Served.StartAsync();

        Assert.Equal((400, code), (await served.GetAsync($"api/jobs?{query}")).Answer);
    }

    [Fact]
    public async Task Bodies_that_explode_are_refused_before_they_do()
    {
        await using var served = await Served.StartAsync();
        var deep = $$"""{"type":"parked","payload":{{new string('[', 10_000)}}{{new string(']', 10_000)}}}""";
        var tags = string.Join(',', Enumerable.Range(0, 10_000).Select(n => $"\"t{n}\":\"\""));
        var many = "{\"type\":\"parked\",\"tags\":{" + tags + "}}";
        var number = $$"""{"type":"parked","payload":{},"priority":{{new string('9', 100_000)}}}""";

        Assert.Equal((400, "json_too_deep"), (await served.PostAsync("api/jobs", deep)).Answer);
        Assert.Equal((400, "too_many"), (await served.PostAsync("api/jobs", many)).Answer);
        Assert.Equal((400, "out_of_range"), (await served.PostAsync("api/jobs", number)).Answer);
        Assert.Equal(
            (415, "encoding_unsupported"), (await served.PostAsync("api/jobs", Parked, ("Content-Encoding", "gzip"))).Answer);
    }

    [Fact]
    public async Task No_secret_stands_in_the_file_nor_in_any_answer()
    {
        using var folder = new TempFolder();
        var (file, path) = (folder["pawl.db"], folder["key"]);
        var secrets = new List<string>();
        await using (var served = await Served.StartAsync(
            options: web => (web.FirstKey, web.KeyFile) = (null, path), waits: path, database: $"Data Source={file}"))
        {
            secrets.Add(served.Key);
            secrets.Add(await served.KeyAsync("viewer"));
            secrets.Add((await SignInAsync(served)).Item2["pawl_session=".Length..]);
            secrets.Add((await served.PostAsync("api/login-codes")).Text("code"));
            foreach (var shown in (string[])["api/keys", "api/audit?limit=500", "api/ui-config", "api/health", "metrics"])
            {
                var body = (await served.GetAsync(shown)).Body;
                Assert.DoesNotContain(secrets, secret => body.Contains(secret, StringComparison.Ordinal));
            }
        }

        var bytes = string.Concat(
            Directory.GetFiles(folder.FullPath, "pawl.db*").Select(one => Encoding.Latin1.GetString(File.ReadAllBytes(one))));
        Assert.Contains("sign_in", bytes, StringComparison.Ordinal);
        Assert.DoesNotContain(secrets, secret => bytes.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_unknown_and_what_is_another_s_look_the_same()
    {
        await using var served = await Served.StartAsync();
        var foreign = await served.CreateAsync(Parked);
        var key = Served.With(await served.KeyAsync("viewer", ""","types":["mail.*"]"""));
        var texts = new HashSet<string>();
        foreach (var id in (string[])[foreign, "987654321", "abc"])
        {
            var reply = await served.GetAsync($"api/jobs/{id}", key);
            var headers = string.Join(',', reply.Headers.Keys.Order(StringComparer.Ordinal));
            texts.Add($"{reply.Status} {reply.Code} {reply.Text("detail")} {headers}");
        }

        Assert.Single(texts);
    }

    private static async Task<(string, string)> SignInAsync(Served served)
    {
        var opened = await served.PostAsync("api/session", $$"""{"key":"{{served.Key}}"}""", NoKey);
        Assert.Equal(204, opened.Status);
        return ("Cookie", opened.Headers["Set-Cookie"].Split(';')[0]);
    }

    private static async Task<int> StatusAsync(Served served, string host) => (await served.GetAsync("livez", ("Host", host))).Status;
}
