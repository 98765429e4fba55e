namespace Pawl.Web.Tests;

/// <summary>Browsers stay signed in, whatever becomes of the process that signed them in.</summary>
public class SessionTests : OnEitherStore, IDisposable
{
    private static readonly (string, string) NoKey = Served.With("");
    private readonly TempFolder _folder = new();

    /// <inheritdoc/>
    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_session_and_a_code_outlive_the_server_that_gave_them()
    {
        var database = await StoreAsync();
        (string, string) session;
        string code;
        await using (var first = await StartAsync(database))
        {
            session = Cookie(await first.PostAsync("api/session", $$"""{"key":"{{first.Key}}"}""", NoKey));
            code = (await first.PostAsync("api/login-codes", """{"role":"viewer"}""")).Text("code");
            Assert.Equal(200, (await first.GetAsync("api/ui-config", session, NoKey)).Status);
        }

        await using var second = await StartAsync(database);
        Assert.Equal("admin", (await second.GetAsync("api/ui-config", session, NoKey)).Text("role"));
        var opened = await second.PostAsync("api/session", $$"""{"code":"{{code}}"}""", NoKey);
        Assert.Equal("viewer", (await second.GetAsync("api/ui-config", Cookie(opened), NoKey)).Text("role"));
        Assert.Equal(401, (await second.PostAsync("api/session", $$"""{"code":"{{code}}"}""", NoKey)).Status);
        Assert.Equal(204, (await second.SendAsync("DELETE", "api/session", headers:
            [session, NoKey, ("Pawl-Client", "dashboard"), ("Sec-Fetch-Site", "same-origin")])).Status);
        Assert.Equal(401, (await second.GetAsync("api/ui-config", session, NoKey)).Status);
    }

    [Fact]
    public async Task A_session_that_was_made_up_is_none()
    {
        await using var served = await StartAsync(await StoreAsync());
        var code = (await served.PostAsync("api/login-codes")).Text("code");
        var session = Cookie(await served.PostAsync("api/session", $$"""{"key":"{{served.Key}}"}""", NoKey));

        foreach (var wrong in (string[])["", "x", code, served.Key, session.Item2["pawl_session=".Length..] + "A", new string('x', 5_000)])
        {
            var reply = await served.GetAsync("api/ui-config", ("Cookie", $"pawl_session={wrong}"), NoKey);
            Assert.Equal((401, "unauthenticated"), reply.Answer);
        }
    }

    /// <summary>A store that another server can open when this one is closed, or at once where the store is a server's.</summary>
    protected async Task<string> StoreAsync() => await DatabaseAsync() ?? $"Data Source={_folder["pawl.db"]}";

    /// <summary>Starts a server on a store that is there already.</summary>
    protected Task<Served> StartAsync(string database)
    {
        var key = _folder["admin.key"];
        return Served.StartAsync(options: web => (web.FirstKey, web.KeyFile) = (null, key), waits: key, database: database);
    }

    /// <summary>The cookie of a reply, to be sent back.</summary>
    protected static (string, string) Cookie(Reply reply) => ("Cookie", reply.Headers["Set-Cookie"].Split(';')[0]);
}
