namespace Pawl.Tests.Input;

public sealed class JobIdTests
{
    [Theory]
    [InlineData("1")]
    [InlineData("10")]
    [InlineData("9223372036854775807")]
    public void A_number_is_an_id(string text)
    {
        Assert.True(JobId.TryParse(text, out var id));
        Assert.Equal(text, id.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("01")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1.0")]
    [InlineData("1e2")]
    [InlineData("\u0661")]
    [InlineData("9223372036854775808")]
    [InlineData("12345678901234567890")]
    [InlineData("abc")]
    public void Any_other_spelling_is_none(string? text) => Assert.False(JobId.TryParse(text, out _));
}
