using FsCheck.Fluent;
using Pawl.Errors;
using Pawl.Tests.Rules;
using Xunit;

namespace Pawl.Tests.Errors;

public sealed class SecretMaskTests
{
    [Theory]
    [InlineData("Host=db;Username=u;Password=hunter2;Port=1", "Host=db;Username=u;Password=***;Port=1")]
    [InlineData("Pwd = hunter2; x", "Pwd = ***; x")]
    [InlineData("Password=\"hunter;2\";Port=1", "Password=\"***\";Port=1")]
    [InlineData("GET /x?token=hunter2&page=3", "GET /x?token=***&page=3")]
    [InlineData("api_key=hunter2 apikey=hunter2 api-key=hunter2", "api_key=*** apikey=*** api-key=***")]
    [InlineData("AWS_SECRET_ACCESS_KEY=hunter2/x+y", "AWS_SECRET_ACCESS_KEY=***")]
    [InlineData("AccountName=a;AccountKey=hunter2==;x", "AccountName=a;AccountKey=***;x")]
    [InlineData("?sv=1&sig=hunter2%3D&se=2", "?sv=1&sig=***&se=2")]
    [InlineData("X-Amz-Signature=hunter2&x", "X-Amz-Signature=***&x")]
    [InlineData("{\"password\":\"hunter2\",\"user\":\"u\"}", "{\"password\":\"***\",\"user\":\"u\"}")]
    [InlineData("{\"access_token\" : \"hun\\\"ter2\", \"n\":1}", "{\"access_token\" : \"***\", \"n\":1}")]
    [InlineData("\"{\\\"client_secret\\\":\\\"hunter2\\\",\\\"n\\\":1}\"", "\"{\\\"client_secret\\\":\\\"***\\\",\\\"n\\\":1}\"")]
    [InlineData("password: hunter2", "password: ***")]
    [InlineData("x-api-key: hunter2", "x-api-key: ***")]
    [InlineData("{'token': 'hunter2'}", "{'token': '***'}")]
    [InlineData(":secret => 'hunter2'", ":secret => '***'")]
    [InlineData("Authorization: Bearer hunter2", "Authorization: Bearer ***")]
    [InlineData("authorization: hunter2", "authorization: ***")]
    [InlineData("Authorization: Basic aHVudGVyMg==", "Authorization: Basic ***")]
    [InlineData("sent Bearer hunter2.x-y_z~, got 401", "sent Bearer ***, got 401")]
    [InlineData("sent basic dXNlcjpodW50ZXIy", "sent basic ***")]
    [InlineData("Set-Cookie: id=hunter2; Path=/\nnext", "Set-Cookie: ***\nnext")]
    [InlineData("postgres://u:hunter2@db:5432/x", "postgres://u:***@db:5432/x")]
    [InlineData("redis://:hunter2@cache", "redis://:***@cache")]
    [InlineData("https://u:hun@ter2@host/x", "https://u:***@host/x")]
    [InlineData("key sk-hunter2hunter2 refused", "key *** refused")]
    [InlineData("key sk-proj-hunter2_hunter2 refused", "key *** refused")]
    [InlineData("ghp_hunter2hunter2hunter2 gho_hunter2hunter2", "*** ***")]
    [InlineData("github_pat_11ABC_hunter2", "***")]
    [InlineData("glpat-hunter2hunter2", "***")]
    [InlineData("xoxb-1234-hunter2", "***")]
    [InlineData("AKIAHUNTER2HUNTER2XX", "***")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJodW50ZXIyIn0.c2lnbmF0dXJl ok", "*** ok")]
    [InlineData("pawl_k_hunter2 pawl_w_hunter2 pawl_l_hunter2", "*** *** ***")]
    [InlineData("a -----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY----- b", "a *** b")]
    [InlineData("a -----BEGIN PRIVATE KEY-----\nhunter2\nand cut", "a ***")]
    public void What_looks_like_a_secret_is_masked(string text, string masked)
    {
        Assert.Equal(masked, SecretMask.Apply(text));
        Assert.DoesNotContain("hunter2", SecretMask.Apply(text), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("bad gateway")]
    [InlineData("Unexpected token: }")]
    [InlineData("max_tokens=100, 42 tokens used")]
    [InlineData("The risk-assessment of task-12345678 failed")]
    [InlineData("Bearer authentication failed")]
    [InlineData("WWW-Authenticate: Bearer realm=\"x\"")]
    [InlineData("basic authentication failed")]
    [InlineData("no password given")]
    [InlineData("the handler names secret://hook-key")]
    [InlineData("https://example.org:8080/a@b and mail to a@b.c")]
    [InlineData("at App.Design.Assign(String design) in /src/Design.cs:line 12")]
    public void What_is_no_secret_stays_readable(string text) => Assert.Equal(text, SecretMask.Apply(text));

    [Theory]
    [InlineData("password")]
    [InlineData("clientSecret")]
    [InlineData("accessToken")]
    [InlineData("api_key")]
    [InlineData("Authorization")]
    public void A_member_can_be_secret_by_its_name(string name) => Assert.True(SecretMask.IsSecretName(name));

    [Theory]
    [InlineData("max_tokens")]
    [InlineData("key")]
    [InlineData("passwords_changed")]
    [InlineData("url")]
    public void Other_members_are_not(string name) => Assert.False(SecretMask.IsSecretName(name));

    [Fact]
    public void A_canary_never_survives_whatever_stands_around_it()
    {
        const string Canary = "cAn4ryV4lue99";
        var piece = Gen.Elements("a", " ", "\n", "\"", "'", ";", "&", "=", ":", "{", "}", "\\", "/", "@", ",", "token", "é", "💥");
        var around = Gen.ArrayOf(piece, 6).Select(string.Concat);
        var secret = Gen.Elements(
            $"password={Canary}", $"PWD={Canary}", $"token={Canary}", $"api_key={Canary}", $"\"secret\":\"{Canary}\"",
            $"Authorization: Bearer {Canary}", $"x://u:{Canary}@h", $"ghp_{Canary}", $"sk-{Canary}", $"pawl_k_{Canary}",
            $"-----BEGIN PRIVATE KEY-----{Canary}", $"eyJ{Canary}.{Canary}.{Canary}");

        var cases =
            from before in around
            from what in secret
            from after in around
            select (before, what, after);
        Law.Holds(
            cases,
            one => !SecretMask.Apply($"{one.before} {one.what} {one.after}").Contains(Canary, StringComparison.Ordinal),
            2_000);
    }

    [Fact]
    public void Masking_twice_changes_nothing_more()
    {
        var piece = Gen.Elements(
            "password", "=", ":", " ", "\"", "'", "x1", "Bearer ", "://", "@", "token", "***", "\\", ";", "eyJabcdef", ".",
            "sk-12345678", "Basic ", "\n");
        Law.Holds(Gen.ArrayOf(piece, 8).Select(string.Concat), text =>
        {
            var once = SecretMask.Apply(text);
            return SecretMask.Apply(once) == once;
        }, 1_000);
    }
}
