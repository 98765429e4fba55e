using System.Text;
using Pawl.Cli;
using Pawl.Cli.Commands;

namespace Pawl.Tests.Cli;

/// <summary>Lines of stdin, however they come.</summary>
public sealed class StdinLinesTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("a", new[] { "a" })]
    [InlineData("a\n", new[] { "a" })]
    [InlineData("a\n\nb\r\n", new[] { "a", "", "b\r" })]
    [InlineData("\uFEFFä\nö", new[] { "ä", "ö" })]
    public async Task They_come_one_after_the_other(string text, string[] lines)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var reader = new StdinLines(stream, 100);
        var read = new List<string>();
        while (await reader.NextAsync(TestContext.Current.CancellationToken) is { } line)
        {
            read.Add(Encoding.UTF8.GetString(line));
            Assert.Equal(read.Count, reader.Number);
        }

        Assert.Equal(lines, read);
    }

    [Fact]
    public async Task Long_ones_cross_the_parts_they_are_read_in()
    {
        var (one, two) = (new string('x', 150_000), new string('y', 70_000));
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes($"{one}\n{two}\n"));
        var reader = new StdinLines(stream, 200_000);

        Assert.Equal(one, Encoding.UTF8.GetString((await reader.NextAsync(TestContext.Current.CancellationToken))!));
        Assert.Equal(two, Encoding.UTF8.GetString((await reader.NextAsync(TestContext.Current.CancellationToken))!));
        Assert.Null(await reader.NextAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task One_that_is_too_long_or_no_text_is_refused_with_its_number()
    {
        using var tooLong = new MemoryStream(Encoding.UTF8.GetBytes("a\n" + new string('x', 2 << 20)));
        var reader = new StdinLines(tooLong, 1 << 20);
        await reader.NextAsync(TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<CliException>(async () => await reader.NextAsync(TestContext.Current.CancellationToken));
        Assert.Equal((2, "line 2 of stdin is longer than 1 MB"), (refused.ExitCode, refused.Message));

        using var bytes = new MemoryStream([0xFF, (byte)'\n']);
        refused = await Assert.ThrowsAsync<CliException>(
            async () => await new StdinLines(bytes, 100).NextAsync(TestContext.Current.CancellationToken));
        Assert.Equal("line 1 of stdin is not UTF-8", refused.Message);
    }
}
