namespace Pawl.Web.Tests.OnPostgres;

/// <summary>Sessions, on PostgreSQL, where several servers share them.</summary>
public sealed class SessionTests(Databases databases) : Web.Tests.SessionTests
{
    [Fact]
    public async Task Servers_on_one_database_know_each_other_s_sessions_and_codes()
    {
        var database = await StoreAsync();
        await using var one = await StartAsync(database);
        await using var other = await StartAsync(database);
        var noKey = Served.With("");

        var code = (await one.PostAsync("api/login-codes")).Text("code");
        var session = Cookie(await other.PostAsync("api/session", $$"""{"code":"{{code}}"}""", noKey));

        Assert.Equal(200, (await one.GetAsync("api/ui-config", session, noKey)).Status);
        Assert.Equal(401, (await one.PostAsync("api/session", $$"""{"code":"{{code}}"}""", noKey)).Status);
    }

    /// <inheritdoc/>
    protected override async Task<string?> DatabaseAsync() => await databases.TakeAsync();
}
