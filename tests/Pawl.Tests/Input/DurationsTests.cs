using FsCheck;
using FsCheck.Fluent;

namespace Pawl.Tests.Input;

public sealed class DurationsTests
{
    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData("500ms", 500)]
    [InlineData("5m", 300_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("2d", 172_800_000)]
    [InlineData("1w", 604_800_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("0s", 0)]
    [InlineData("PT5M", 300_000)]
    [InlineData("P1DT2H", 93_600_000)]
    [InlineData("PT0.5S", 500)]
    [InlineData("00:05:00", 300_000)]
    public void Each_form_is_read(string text, long milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Durations.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("-5s")]
    [InlineData("5 s")]
    [InlineData("1 parsec")]
    [InlineData("m")]
    [InlineData("30m1h")]
    [InlineData("5s5s")]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("P5M")]
    [InlineData("-00:05:00")]
    [InlineData("1e3s")]
    [InlineData("9999999999999999d")]
    [InlineData(null)]
    public void Anything_else_is_refused_with_the_value_and_the_forms(string? text)
    {
        var refused = Assert.Throws<PawlException>(() => Durations.Parse(text));

        Assert.Equal("duration_invalid", refused.Code);
        Assert.Contains(text ?? "null", refused.Message, StringComparison.Ordinal);
        Assert.Contains("1h30m", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(5_400_000, "1h30m")]
    [InlineData(90_500, "1m30s500ms")]
    [InlineData(86_400_000, "1d")]
    public void The_shortest_usual_form_is_written(long milliseconds, string text) =>
        Assert.Equal(text, Durations.Format(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void What_is_written_is_read_back_exactly() => Prop
        .ForAll(
            ArbMap.Default.ArbFor<long>().Filter(ticks => ticks >= 0),
            ticks => Durations.Parse(Durations.Format(TimeSpan.FromTicks(ticks))).Ticks == ticks)
        .QuickCheckThrowOnFailure();
}
