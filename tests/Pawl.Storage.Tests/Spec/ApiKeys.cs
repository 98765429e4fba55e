namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_key_is_found_by_its_hash_with_all_that_was_said_of_it()
    {
        var key = await AddKeyAsync("ci", ApiRole.Submitter, scope: new Scope(["mail"], ["mail.*", "report"]), lasts: TimeSpan.FromDays(1));

        var found = await FindKeyAsync("ci");

        Assert.NotNull(found);
        Assert.Equal(Show(key), Show(found));
        Assert.Equal(("ci", ApiRole.Submitter, "pawl_k_ci"), (found.Name, found.Role, found.Prefix));
        Assert.Equal((Now, Now.AddDays(1), null), (found.CreatedAt, found.ExpiresAt, found.LastUsedAt));
        Assert.True(found.Scope.Sees("mail", "mail.send"));
        Assert.False(found.Scope.Sees("mail", "mailer"));
        Assert.False(found.Scope.Sees("other", "report"));
        Assert.Equal([key.Id], (await Store.ApiKeysAsync(Ct)).Select(one => one.Id));
    }

    [Fact]
    public async Task An_unknown_an_expired_and_a_removed_key_are_not_found()
    {
        await AddKeyAsync("root", ApiRole.Admin);
        await AddKeyAsync("short", ApiRole.Viewer, lasts: TimeSpan.FromMinutes(1));
        var gone = await AddKeyAsync("gone", ApiRole.Viewer);
        Assert.Null(await Store.RemoveApiKeyAsync(new RemoveApiKeyRequest(gone.Id, Now, "ann"), Ct));
        Pass(TimeSpan.FromMinutes(1));

        Assert.Null(await FindKeyAsync("nobody"));
        Assert.Null(await FindKeyAsync("short"));
        Assert.Null(await FindKeyAsync("gone"));
        Assert.Equal("not_found", await Store.RemoveApiKeyAsync(new RemoveApiKeyRequest(gone.Id, Now), Ct));
        Assert.Equal(["root", "short"], (await Store.ApiKeysAsync(Ct)).Select(key => key.Name));
    }

    [Fact]
    public async Task The_last_good_key_of_an_admin_cannot_be_removed()
    {
        var first = await AddKeyAsync("first", ApiRole.Admin);
        await AddKeyAsync("expires", ApiRole.Admin, lasts: TimeSpan.FromMinutes(1));
        await AddKeyAsync("viewer", ApiRole.Viewer);
        Pass(TimeSpan.FromMinutes(1));
        Assert.Equal("last_admin_key", await Store.RemoveApiKeyAsync(new RemoveApiKeyRequest(first.Id, Now), Ct));

        var second = await AddKeyAsync("second", ApiRole.Admin);
        Assert.Null(await Store.RemoveApiKeyAsync(new RemoveApiKeyRequest(first.Id, Now), Ct));
        Assert.Equal("last_admin_key", await Store.RemoveApiKeyAsync(new RemoveApiKeyRequest(second.Id, Now), Ct));
    }

    [Fact]
    public async Task Of_two_who_remove_the_last_two_admin_keys_at_once_one_is_refused()
    {
        var keys = new[] { await AddKeyAsync("a", ApiRole.Admin), await AddKeyAsync("b", ApiRole.Admin) };

        var refusals = await Task.WhenAll(
            keys.Select(async key => await Store.RemoveApiKeyAsync(new RemoveApiKeyRequest(key.Id, Now), Ct)));

        Assert.Equal([null, "last_admin_key"], refusals.Order());
    }

    [Fact]
    public async Task A_first_key_is_kept_once()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(async n => await Store.AddApiKeyAsync(
            KeyRequest($"start{n}", ApiRole.Admin) with { OnlyFirst = true }, Ct)));

        Assert.Single(all, key => key is not null);
        Assert.Single(await Store.ApiKeysAsync(Ct));
    }

    [Fact]
    public async Task A_key_tells_when_it_was_last_used_and_that_never_goes_back()
    {
        var key = await AddKeyAsync("ci", ApiRole.Viewer);
        var late = Now.AddMinutes(5);
        await Store.TouchApiKeysAsync(new Dictionary<long, DateTimeOffset> { [key.Id] = late, [987_654] = late }, Ct);
        await Store.TouchApiKeysAsync(new Dictionary<long, DateTimeOffset> { [key.Id] = Now }, Ct);

        Assert.Equal(late, Assert.Single(await Store.ApiKeysAsync(Ct)).LastUsedAt);
    }

    [Fact]
    public async Task Keys_that_come_and_go_stand_in_the_audit_without_their_secret()
    {
        await AddKeyAsync("root", ApiRole.Admin);
        var key = await AddKeyAsync("ci", ApiRole.Viewer);
        await Store.RemoveApiKeyAsync(new RemoveApiKeyRequest(key.Id, Now, "ann"), Ct);

        var entries = await Store.AuditEntriesAsync(new AuditQuery(), Ct);
        Assert.Equal(["key.add", "key.add", "key.remove"], entries.Select(entry => entry.Action));
        Assert.Equal((key.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), "ann"), (entries[2].Target, entries[2].Actor));
        Assert.Contains("\"role\":\"viewer\"", entries[1].After, StringComparison.Ordinal);
    }

    private async Task<ApiKey> AddKeyAsync(string name, ApiRole role, Scope? scope = null, TimeSpan? lasts = null)
    {
        var request = KeyRequest(name, role) with { Scope = scope ?? Scope.All, ExpiresAt = lasts is { } length ? Now + length : null };
        return Assert.IsType<ApiKey>(await Store.AddApiKeyAsync(request, Ct));
    }

    private AddApiKeyRequest KeyRequest(string name, ApiRole role) => new()
    {
        Name = name,
        Role = role,
        Prefix = $"pawl_k_{name}",
        Hash = HashOf(name),
        Now = Now,
    };

    private async Task<ApiKey?> FindKeyAsync(string name) => await Store.FindApiKeyAsync(HashOf(name), Now, Ct);

    private static byte[] HashOf(string text) => System.Security.Cryptography.SHA256.HashData(Json(text));
}
