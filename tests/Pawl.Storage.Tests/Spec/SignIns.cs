namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    [Fact]
    public async Task A_session_is_found_by_its_hash_until_it_ends()
    {
        await KeepSignInAsync(SignInKind.Session, "s", TimeSpan.FromHours(12), role: ApiRole.Operator);

        var found = await Store.FindSignInAsync(SignInKind.Session, HashOf("s"), Now, Ct);

        Assert.NotNull(found);
        Assert.Equal((ApiRole.Operator, Now.AddHours(12)), (found.Role, found.ExpiresAt));
        Assert.Equal(HashOf("key"), found.KeyHash.ToArray());
        Assert.Null(await Store.FindSignInAsync(SignInKind.Code, HashOf("s"), Now, Ct));
        Assert.Null(await Store.FindSignInAsync(SignInKind.Session, HashOf("other"), Now, Ct));
        Pass(TimeSpan.FromHours(12));
        Assert.Null(await Store.FindSignInAsync(SignInKind.Session, HashOf("s"), Now, Ct));
        Assert.Null(await Store.TakeSignInAsync(SignInKind.Session, HashOf("s"), Now, Ct));
    }

    [Fact]
    public async Task Of_many_who_use_a_code_at_once_one_gets_in()
    {
        await KeepSignInAsync(SignInKind.Code, "c", TimeSpan.FromMinutes(5));

        Assert.Null(await Store.TakeSignInAsync(SignInKind.Session, HashOf("c"), Now, Ct));
        var all = await TogetherAsync(8, async _ => await Store.TakeSignInAsync(SignInKind.Code, HashOf("c"), Now, Ct));

        Assert.Single(all, taken => taken is not null);
        Assert.Null(await Store.FindSignInAsync(SignInKind.Code, HashOf("c"), Now, Ct));
    }

    [Fact]
    public async Task One_key_has_so_many_sessions_and_the_first_to_end_give_way()
    {
        for (var n = 0; n <= KeepSignInRequest.MostOfKey; n++)
        {
            await KeepSignInAsync(SignInKind.Session, $"s{n}", TimeSpan.FromMinutes(10 + n));
        }

        await KeepSignInAsync(SignInKind.Code, "code", TimeSpan.FromMinutes(1));
        await KeepSignInAsync(SignInKind.Session, "of another", TimeSpan.FromMinutes(1), key: "other");

        Assert.Null(await Store.FindSignInAsync(SignInKind.Session, HashOf("s0"), Now, Ct));
        Assert.NotNull(await Store.FindSignInAsync(SignInKind.Session, HashOf("s1"), Now, Ct));
        Assert.NotNull(await Store.FindSignInAsync(SignInKind.Session, HashOf($"s{KeepSignInRequest.MostOfKey}"), Now, Ct));
        Assert.NotNull(await Store.FindSignInAsync(SignInKind.Code, HashOf("code"), Now, Ct));
    }

    private ValueTask KeepSignInAsync(
        SignInKind kind, string secret, TimeSpan lasts, string key = "key", ApiRole role = ApiRole.Admin) =>
        Store.KeepSignInAsync(new(kind, HashOf(secret), new(HashOf(key), role, Now + lasts), Now), Ct);
}
