namespace Pawl.Web.Tests;

public sealed class RoutingTests
{
    [Theory]
    [InlineData("")]
    [InlineData("/ops")]
    [InlineData("/a/b")]
    public async Task The_process_says_that_it_lives_wherever_it_is_mounted(string mount)
    {
        await using var served = await Served.StartAsync(mount);

        var reply = await served.GetAsync("livez");

        Assert.Equal((200, """{"status":"ok"}"""), (reply.Status, reply.Body));
    }

    [Fact]
    public async Task Every_reply_bears_the_headers_of_all()
    {
        await using var served = await Served.StartAsync();

        foreach (var path in (string[])["livez", "api/nothing"])
        {
            var reply = await served.GetAsync(path);

            Assert.StartsWith("r-", reply.Headers["Request-Id"], StringComparison.Ordinal);
            Assert.EndsWith("Z", reply.Headers["Server-Time"], StringComparison.Ordinal);
            Assert.Equal(("no-store", "nosniff"), (reply.Headers["Cache-Control"], reply.Headers["X-Content-Type-Options"]));
        }
    }

    [Fact]
    public async Task A_path_that_is_not_there_is_a_problem()
    {
        await using var served = await Served.StartAsync("/ops");

        var reply = await served.GetAsync("api/nothing");

        Assert.Equal((404, "not_found"), reply.Answer);
        Assert.Equal(
            ("urn:pawl:problem:not_found", 404, reply.Headers["Request-Id"], false),
            ((string?)reply.Json["type"], (int?)reply.Json["status"], (string?)reply.Json["request_id"], (bool?)reply.Json["retryable"]));
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("TRACE")]
    [InlineData("FROB")]
    public async Task A_wrong_verb_is_told_the_right_ones(string verb)
    {
        await using var served = await Served.StartAsync();

        var reply = await served.SendAsync(verb, "livez");

        Assert.Equal((405, "method_not_allowed"), reply.Answer);
        Assert.Equal("GET, HEAD", reply.Headers["Allow"]);
    }

    [Fact]
    public async Task A_path_that_is_nearly_one_of_ours_is_not_there()
    {
        await using var served = await Served.StartAsync();

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(served.Address + "//api/jobs"));
        request.Headers.Authorization = new("Bearer", served.Key);

        Assert.Equal((404, "not_found"), (await served.SendAsync(request)).Answer);
    }

    [Fact]
    public async Task Head_works_where_get_does()
    {
        await using var served = await Served.StartAsync();

        var reply = await served.SendAsync("HEAD", "livez");

        Assert.Equal((200, 0, "15"), (reply.Status, reply.Bytes.Length, reply.Headers["Content-Length"]));
    }
}
