using Pawl.Errors;
using Xunit;

namespace Pawl.Tests.Errors;

public sealed class FingerprintTests
{
    private const string Stack = """
        System.InvalidOperationException: no
         ---> System.FormatException: bad
           at System.Number.ThrowFormatException[TChar](ReadOnlySpan`1 value)
           at App.Parser.<>c__DisplayClass3_0.<Parse>b__1(String line) in /src/Parser.cs:line 12
           --- End of inner exception stack trace ---
           at App.Handler.HandleAsync(Payload payload) in /src/Handler.cs:line 40
           at Pawl.Running.Execution.RunAsync()
        """;

    private static readonly JobError Error = new()
    {
        Category = ErrorCategory.Internal,
        Code = "internal",
        Message = "repository 901 is gone",
        Disposition = Disposition.Retry,
        Rule = "internal",
        Fingerprint = "",
        OccurredAt = DateTimeOffset.UnixEpoch,
        Exception = "InvalidOperationException",
    };

    [Fact]
    public void Equal_failures_have_equal_fingerprints_on_every_machine() => Assert.Equal("f529281c", Fingerprint.Of("capture", Error));

    [Theory]
    [InlineData("repository 17 is gone")]
    [InlineData("repository 901 is gone\nand more that differs")]
    [InlineData("repository 3f2a91bc is gone")]
    [InlineData("repository 0xFF is gone")]
    [InlineData("repository 6f9619ff-8b86-d011-b42d-00c04fc964ff is gone")]
    public void Numbers_and_ids_in_a_message_do_not_matter(string message) =>
        Assert.Equal(Fingerprint.Of("t", Error), Fingerprint.Of("t", Error with { Message = message }));

    [Fact]
    public void Type_category_code_exception_and_message_matter()
    {
        string[] all =
        [
            Fingerprint.Of("t", Error),
            Fingerprint.Of("u", Error),
            Fingerprint.Of("t", Error with { Category = ErrorCategory.Network }),
            Fingerprint.Of("t", Error with { Code = "other" }),
            Fingerprint.Of("t", Error with { Exception = "FormatException" }),
            Fingerprint.Of("t", Error with { Message = "repository 901 is private" }),
        ];

        Assert.Equal(all.Length, all.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void The_place_is_the_innermost_frame_of_user_code_and_no_line_number()
    {
        var here = Of(Stack, "one");

        Assert.Equal(here, Of(Stack, "another message"));
        Assert.Equal(here, Of(Stack.Replace(":line 12", ":line 99", StringComparison.Ordinal), "one"));
        Assert.Equal(here, Of(Stack.Replace("<Parse>b__1", "<Parse>b__7", StringComparison.Ordinal), "one"));
        Assert.Equal(here, Of(Stack.Replace("App.Handler", "App.Other", StringComparison.Ordinal), "one"));
        Assert.NotEqual(here, Of(Stack.Replace("App.Parser", "App.Reader", StringComparison.Ordinal), "one"));

        static string Of(string stack, string message) => Fingerprint.Of("t", Error with { Stack = stack, Message = message });
    }

    [Fact]
    public void Without_a_frame_of_user_code_the_message_is_the_place()
    {
        const string Engine = "System.TimeoutException: no\n   at System.Threading.Wait()\n   at Pawl.Running.Execution.RunAsync()";

        Assert.NotEqual(
            Fingerprint.Of("t", Error with { Stack = Engine, Message = "one" }),
            Fingerprint.Of("t", Error with { Stack = Engine, Message = "other" }));
    }
}
