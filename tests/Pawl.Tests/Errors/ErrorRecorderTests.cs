using System.Text;
using System.Text.Json.Nodes;
using FsCheck.Fluent;
using Pawl.Errors;
using Pawl.Tests.Rules;
using Xunit;

namespace Pawl.Tests.Errors;

public sealed class ErrorRecorderTests
{
    private static readonly DateTimeOffset Now = new(2025, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private static readonly ErrorVerdict Verdict = new()
    {
        Category = ErrorCategory.ProviderError, Rule = "http.502", Code = "http_502", HttpStatus = 502,
    };

    [Fact]
    public void An_error_carries_what_the_rules_and_the_exception_say()
    {
        var thrown = Thrown(new HttpRequestException("bad gateway"));

        var error = ErrorRecorder.Record("capture", Verdict with { RetryAfter = TimeSpan.FromSeconds(9), ExitCode = 3 }, thrown, Now);

        Assert.Equal((ErrorCategory.ProviderError, "http_502", "bad gateway"), (error.Category, error.Code, error.Message));
        Assert.Equal((Disposition.Retry, "http.502", Now), (error.Disposition, error.Rule, error.OccurredAt));
        Assert.Equal((502, 3, TimeSpan.FromSeconds(9)), (error.HttpStatus, error.ExitCode, error.RetryAfter));
        Assert.Equal("HttpRequestException", error.Exception);
        Assert.Contains(nameof(Thrown), error.Stack, StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{8}$", error.Fingerprint);
    }

    [Fact]
    public void The_verdict_s_own_words_go_before_the_defaults()
    {
        var verdict = new ErrorVerdict { Category = ErrorCategory.Internal, Rule = "r", Disposition = Disposition.Fail, Message = "said" };

        var error = ErrorRecorder.Record("t", verdict, "not said", Now);

        Assert.Equal(("internal", "said", Disposition.Fail), (error.Code, error.Message, error.Disposition));
        Assert.Null(error.Stack);
        Assert.Null(error.Exception);
    }

    [Fact]
    public void A_message_is_cut_between_two_characters()
    {
        var cases =
            from head in Gen.Choose(4_080, 4_100)
            from tail in Gen.ArrayOf(Gen.Elements("a", "é", "漢", "💥", "\uD83D", "\0"), 12).Select(string.Concat)
            select new string('x', head) + tail;

        Law.Holds(cases, message =>
        {
            var stored = ErrorRecorder.Record("t", Verdict, message, Now).Message;
            var bytes = new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(stored);
            var whole = message.Replace('\0', '\uFFFD');
            return bytes <= 4_096
                && !stored.Contains('\0')
                && (bytes > 4_092 || Encoding.UTF8.GetByteCount(whole) == bytes);
        });
        Assert.Equal(new string('漢', 1_365), ErrorRecorder.Record("t", Verdict, new string('漢', 2_000), Now).Message);
    }

    [Fact]
    public void A_secret_is_masked_in_message_stack_code_and_detail()
    {
        const string Canary = "cAn4ryV4lue99";
        var detail = new JsonObject
        {
            ["url"] = $"https://u:{Canary}@host/x",
            ["headers"] = new JsonArray(
                new JsonObject { ["x-api-key"] = Canary, ["access_token"] = new JsonObject { ["value"] = Canary } }),
            ["pin_token"] = 99,
            ["has_password"] = true,
        };
        var thrown = Thrown(new InvalidOperationException($"password={Canary}", new InvalidOperationException($"Bearer {Canary}")));

        var verdict = Verdict with { Detail = detail, Code = $"token={Canary}", Rule = $"token={Canary}" };

        var error = ErrorRecorder.Record("t", verdict, thrown, Now);

        Assert.Equal("password=***", error.Message);
        Assert.Equal("token=***", error.Code);
        Assert.DoesNotContain(Canary, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, error.Stack, StringComparison.Ordinal);
        Assert.Equal(
            """{"url":"https://u:***@host/x","headers":[{"x-api-key":"***","access_token":"***"}],"pin_token":"***","has_password":true}""",
            error.Detail!.ToJsonString());
        Assert.Contains(Canary, detail.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_at_the_cut_of_an_endless_message_is_not_shown_in_half()
    {
        // Known for a secret by its end alone, and so long that the masked text is far below the limit of a stack.
        var url = $"x://u:{new string('a', 1_000)}@h ";
        var endless = string.Concat(Enumerable.Repeat(url, 2_000));
        foreach (var shift in (int[])[1, 300, 600, 900])
        {
            var stack = ErrorRecorder.Record("t", Verdict, "m", Now, "E", endless[shift..]).Stack!;

            Assert.True(stack.Length is > 5_000 and < 30_000);
            Assert.DoesNotContain("aaa", stack[1_100..], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_stack_is_cut_at_64_KB()
    {
        var error = ErrorRecorder.Record("t", Verdict, "m", Now, "E", new string('é', 100_000));

        Assert.Equal(65_536, Encoding.UTF8.GetByteCount(error.Stack!));
    }

    [Fact]
    public void A_detail_that_is_too_large_is_replaced_by_a_note()
    {
        var fits = new JsonObject { ["text"] = new string('x', 65_525) };
        var large = new JsonObject { ["text"] = new string('x', 65_526) };

        Assert.Equal(fits.ToJsonString(), ErrorDetail.Fit(fits)!.ToJsonString());
        Assert.Equal("""{"omitted":"too_large","bytes":65537,"max_bytes":65536}""", ErrorDetail.Fit(large)!.ToJsonString());
    }

    [Fact]
    public void A_detail_that_is_too_deep_or_broken_is_replaced_by_a_note()
    {
        JsonNode deep = new JsonArray();
        for (var i = 0; i < 2_000; i++)
        {
            deep = new JsonArray(deep);
        }

        Assert.Equal("unreadable", ErrorDetail.Fit(deep)!["omitted"]!.GetValue<string>());
        Assert.Equal("unreadable", ErrorDetail.Fit(new JsonObject { ["n"] = double.NaN })!["omitted"]!.GetValue<string>());
        Assert.Null(ErrorDetail.Fit(null));
    }

    [Fact]
    public void An_exception_that_cannot_speak_still_gives_an_error()
    {
        var error = ErrorRecorder.Record("t", Verdict, new Mute(), Now);

        Assert.Equal(("Mute", "Mute"), (error.Message, error.Exception));
        Assert.Null(error.Stack);
    }

    [Fact]
    public void A_wait_out_of_all_bounds_is_bounded()
    {
        Assert.Equal(TimeSpan.Zero, Wait(TimeSpan.MinValue));
        Assert.Equal(RetryAfter.Longest, Wait(TimeSpan.MaxValue));

        static TimeSpan? Wait(TimeSpan asked) => ErrorRecorder.Record("t", Verdict with { RetryAfter = asked }, "m", Now).RetryAfter;
    }

    private static Exception Thrown(Exception exception)
    {
        try
        {
            throw exception;
        }
        catch (Exception caught) when (caught == exception)
        {
            return caught;
        }
    }

    private sealed class Mute : Exception
    {
        public override string Message => throw new InvalidOperationException("no");

        public override string? StackTrace => throw new InvalidOperationException("no");
    }
}
