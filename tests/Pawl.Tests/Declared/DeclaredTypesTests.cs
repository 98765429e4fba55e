using Microsoft.Extensions.DependencyInjection;

namespace Pawl.Tests.Declared;

/// <summary>Types that are declared in the settings, and what is refused there.</summary>
public sealed class DeclaredTypesTests
{
    private const string Cards = """
        { "cards.commit": {
            "Handler": "command", "Queue": "cards", "Timeout": "5m", "MaxAttempts": 3, "Retryable": true, "Priority": "low",
            "MaxItems": 100,
            "Versions": { "parser": "1.2", "cards": "v1" }, "UniqueBy": "payload", "ConcurrencyKey": "repo:{repoPath}", "StuckAfter": "2h",
            "Secrets": ["token", "auth.password"], "FlatPayload": true,
            "Score": [
              { "When": "trigger=manual", "Points": 50, "Why": "somebody waits" }, { "When": "days<=7", "Points": 20, "Why": "week" } ],
            "Command": { "Argv": ["./make-cards", "--repo", "{repoPath}", "--", "{commit}"], "ExitCodes": { "75": "retry" } } } }
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_declared_type_has_all_that_is_said_of_it()
    {
        await using var test = await Declared.StartAsync(Cards);

        var type = test.Services.GetRequiredService<JobTypes>().Find("cards.commit")!;

        Assert.Equal(
            ("cards", TimeSpan.FromMinutes(5), 3, true, 100, TimeSpan.FromHours(2), true),
            (type.Queue, type.Timeout, type.Retry.MaxAttempts, type.Retryable, type.MaxItems, type.StuckAfter, type.UniqueByPayload));
        Assert.Equal(("1.2", "v1"), (type.Versions["parser"], type.Versions["cards"]));
        Assert.Equal(["token", "auth.password"], type.Secrets);
        Assert.True(type.FlatPayload);
    }

    [Fact]
    public async Task A_job_gets_its_priority_and_its_key_from_the_payload()
    {
        await using var test = await Declared.StartAsync(Cards, ("Pawl:Types:cards.commit:Grace", "1s"));
        var delay = TimeSpan.FromHours(1);

        var asked = await test.EnqueueAsync(
            "cards.commit", """{"repoPath":"/my repo","commit":"a1","days":7}""", new() { Trigger = Trigger.Manual, Delay = delay });
        var again = await test.EnqueueAsync(
            "cards.commit", """{"commit":"a1","repoPath":"/my repo","days":7}""", new() { Trigger = Trigger.Manual, Delay = delay });
        var own = await test.EnqueueAsync(
            "cards.commit", """{"repoPath":"x","commit":"a1","days":8}""", new() { ConcurrencyKey = "mine", Delay = delay });

        var job = await test.Jobs.GetAsync(asked.Id, Token);
        Assert.Equal(("repo:/my%20repo", 50), (job.ConcurrencyKey, job.Priority));
        Assert.Equal(["base low", "somebody waits", "week"], job.PriorityReasons.Select(reason => reason.Why));
        Assert.True(again.Deduplicated);
        var other = await test.Jobs.GetAsync(own.Id, Token);
        Assert.Equal(("mine", -20), (other.ConcurrencyKey, other.Priority));
    }

    [Theory]
    [InlineData("""{"repoPath":"x"}""", "commit")]
    [InlineData("""{"repoPath":"x","commit":null}""", "commit")]
    [InlineData("""{"repoPath":"x","commit":["a"]}""", "commit")]
    [InlineData("""{"repoPath":"--upload-pack=touch /tmp/x","commit":"a"}""", "begins with '-'")]
    [InlineData("""{"repoPath":"-oProxyCommand=x","commit":"a"}""", "begins with '-'")]
    [InlineData("""{"repoPath":"x","commit":"a\u0000b"}""", "NUL")]
    [InlineData("""["x"]""", "no member")]
    [InlineData("null", "no member")]
    public async Task A_payload_the_command_could_not_take_is_refused_before_it_is_stored(string payload, string told)
    {
        await using var test = await Declared.StartAsync(Cards);

        var refused = await Assert.ThrowsAsync<PawlException>(() => test.EnqueueAsync("cards.commit", payload));

        Assert.Equal("payload_invalid", refused.Code);
        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("/", (string)refused.Data["pointer"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":{"Handler":"shell"}}""", "a:Handler", "command or http")]
    [InlineData("""{"a":{"Timout":"5m"}}""", "a:Timout", "Timeout")]
    [InlineData("""{"a":{"Timeout":"-5s"}}""", "a:Timeout", "length of time")]
    [InlineData("""{"a":{"Timeout":"8d"}}""", "a:Timeout", "between")]
    [InlineData("""{"a":{"MaxAttempts":0}}""", "a:MaxAttempts", "between 1 and 100")]
    [InlineData("""{"a":{"MaxAttempts":1.5}}""", "a:MaxAttempts", "whole number")]
    [InlineData("""{"a":{"Queue":"../x"}}""", "a:Queue", "named by")]
    [InlineData("""{"../a":{"Queue":"x"}}""", "../a", "named by")]
    [InlineData("""{"a":"command"}""", "a", "holds settings")]
    [InlineData("""{"a":{"Priority":"urgent"}}""", "a:Priority", "low, normal, high")]
    [InlineData("""{"a":{"UniqueBy":"name"}}""", "a:UniqueBy", "payload")]
    [InlineData("""{"a":{"Secrets":["a..b"]}}""", "a:Secrets", "auth.token")]
    [InlineData("""{"a":{"FlatPayload":"yes"}}""", "a:FlatPayload", "true or false")]
    [InlineData("""{"a":{"Versions":{"parser":"1/2"}}}""", "a:Versions", "parser")]
    [InlineData("""{"a":{"Score":[{"When":"trigger=often","Points":1,"Why":"x"}]}}""", "a:Score:0:When", "trigger=manual")]
    [InlineData("""{"a":{"Score":[{"When":"size<small","Points":1,"Why":"x"}]}}""", "a:Score:0:When", "days<=7")]
    [InlineData("""{"a":{"Score":[{"When":"size=small","Points":1001,"Why":"x"}]}}""", "a:Score:0", "1,000")]
    [InlineData("""{"a":{"Score":[{"When":"size=small","Why":"x"}]}}""", "a:Score:0:Points", "missing")]
    [InlineData("""{"a":{"Score":"high"}}""", "a:Score", "list of rules")]
    [InlineData("""{"a":{"Handler":"command"}}""", "a:Command", "missing")]
    [InlineData("""{"a":{"Command":{"Argv":["x"]}}}""", "a:Command", "without effect")]
    [InlineData("""command {"Argv":"rm -rf /"}""", "a:Command:Argv", "list")]
    [InlineData("""command {"Env":"PATH"}""", "a:Command:Argv", "missing")]
    [InlineData("""command {"Argv":["{program}"]}""", "a:Command:Argv", "no payload may choose")]
    [InlineData("""command {"Argv":["x"],"Shell":true}""", "a:Command:Shell", "no setting")]
    [InlineData("""command {"Argv":["x"],"Env":["A=b"]}""", "a:Command:Env", "names of variables")]
    [InlineData("""command {"Argv":["x"],"MemoryLimit":"much"}""", "a:Command:MemoryLimit", "512MB")]
    [InlineData("""command {"Argv":["x"],"ExitCodes":{"0":"retry"}}""", "a:Command:ExitCodes:0", "success")]
    [InlineData("""command {"Argv":["x"],"ExitCodes":{"3":"again"}}""", "a:Command:ExitCodes:3", "retry")]
    [InlineData("""command {"Argv":["x"],"ExitCodes":{"3":"lost"}}""", "a:Command:ExitCodes:3", "alone")]
    [InlineData("""http {"AllowedHosts":["h"]}""", "a:Http:Url", "missing")]
    [InlineData("""http {"Url":"https://h/"}""", "a:Http:AllowedHosts", "missing")]
    [InlineData("""http {"Url":"https://h/","AllowedHosts":["*"]}""", "a:Http:AllowedHosts", "api.example.org")]
    [InlineData("""http {"Url":"https://other/","AllowedHosts":["h"]}""", "a:Http:Url", "AllowedHosts")]
    [InlineData("""http {"Url":"http://localhost/","AllowedHosts":["localhost"]}""", "a:Http:Url", "AllowPrivate")]
    [InlineData("""http {"Url":"https://h/","AllowedHosts":["h"],"Method":"TRACE"}""", "a:Http:Method", "GET")]
    [InlineData("""http {"Url":"https://h/","AllowedHosts":["h"],"Headers":{"Host":"x"}}""", "a:Http:Headers:Host", "header")]
    [InlineData("""http {"Url":"https://h/","AllowedHosts":["h"],"Headers":{"X":"a\r\nb"}}""", "a:Http:Headers:X", "visible")]
    public void A_slip_in_a_declaration_is_named_with_its_path(string types, string path, string told)
    {
        var whole = types.Split(' ', 2) switch
        {
            ["command", var command] => $"{{\"a\":{{\"Handler\":\"command\",\"Command\":{command}}}}}",
            ["http", var http] => $"{{\"a\":{{\"Handler\":\"http\",\"Http\":{http}}}}}",
            _ => types,
        };
        var refused = Declared.Refusal(whole);

        Assert.Equal(("config_invalid", 8, $"Pawl:Types:{path}"), (refused.Code, refused.ExitCode, refused.Data["path"]));
        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
        Assert.Contains("Pawl:Types", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_does_not_ask_for_declared_types_refuses_them()
    {
        var services = new ServiceCollection().AddSingleton(Declared.Types("""{"a":{"Queue":"x"}}"""));
        services.AddPawl();
        await using var all = services.BuildServiceProvider();

        var refused = Assert.Throws<PawlException>(() => all.GetRequiredService<JobTypes>());

        Assert.Contains("AddDeclaredTypes", refused.Message, StringComparison.Ordinal);
    }
}
