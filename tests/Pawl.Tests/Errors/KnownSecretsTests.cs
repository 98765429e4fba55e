using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Pawl.Errors;
using Pawl.Running;

namespace Pawl.Tests.Errors;

/// <summary>Secrets that no pattern would know: they are known by their value.</summary>
public sealed class KnownSecretsTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("signed in by hunter2 for ann", "signed in by *** for ann")]
    [InlineData("hunter2hunter2", "******")]
    [InlineData("hunter22", "***")]
    [InlineData("Hunter2 is another word", "Hunter2 is another word")]
    [InlineData("abc is too short to be known", "abc is too short to be known")]
    [InlineData("", "")]
    public void They_are_found_wherever_they_stand_the_longest_first(string text, string shown) =>
        Assert.Equal(shown, new KnownSecrets(["hunter2", "hunter22", "abc", "", "hunter2"]).Apply(text));

    [Fact]
    public void An_error_tells_none_in_any_of_its_parts()
    {
        var known = new KnownSecrets(["hunter2"]);
        var thrown = new InvalidOperationException("no hunter2", new IOException("hunter2 again"));
        var verdict = new ErrorVerdict
        {
            Category = ErrorCategory.Internal, Rule = "r", Code = "code_hunter2",
            Detail = new JsonObject { ["a"] = "x hunter2", ["hunter2"] = new JsonArray("hunter2") },
        };

        var error = ErrorRecorder.Record("t", verdict, thrown, At, known);

        Assert.Equal(("no ***", "code_***"), (error.Message, error.Code));
        Assert.Equal("""{"a":"x ***","***":["***"]}""", error.Detail!.ToJsonString());
        Assert.DoesNotContain("hunter2", error.Stack, StringComparison.Ordinal);
        Assert.Contains("IOException: *** again", error.Stack, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_at_the_cut_of_a_message_is_not_shown_in_half()
    {
        var text = new string('a', ErrorRecorder.MaxMessageBytes - 3) + "hunter2";

        Assert.DoesNotContain("hun", ErrorText.Fit(text, ErrorRecorder.MaxMessageBytes, new(["hunter2"])), StringComparison.Ordinal);
    }

    [Fact]
    public void An_exception_that_tells_none_stays_itself_in_the_hosts_log_and_another_says_the_same_without_it()
    {
        var plain = new InvalidOperationException("well");
        var telling = new InvalidOperationException("password=hunter2; pin 7781", new IOException("7781"));

        var shown = MaskedException.Of(telling, new(["7781"]))!;

        Assert.Same(plain, MaskedException.Of(plain, new(["7781"])));
        Assert.Null(MaskedException.Of(null, null));
        Assert.StartsWith("InvalidOperationException: password=***", shown.Message, StringComparison.Ordinal);
        Assert.Contains("IOException: ***", shown.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("7781", shown.ToString() + shown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_of_log_tells_none_in_its_sentence_its_fields_and_its_exception()
    {
        var log = new LogBuffer(100_000, () => new(["hunter2"]));

        log.Add(
            LogLevel.Warning,
            At,
            "hunter2 and letmein99",
            [new("Said", "hunter2"), new("Password", "letmein99"), new("Tokens", 17)],
            new IOException("hunter2"));

        var line = JsonNode.Parse(log.Take())!;
        Assert.Equal("*** and ***", (string?)line["message"]);
        Assert.Equal(
            """{"Said":"***","Password":"***","Tokens":17,"exception":"System.IO.IOException: ***"}""", line["fields"]!.ToJsonString());
    }
}
