using System.Text;
using Microsoft.Extensions.Logging;
using Pawl.Running;

namespace Pawl.Tests.Running;

public sealed class LogBufferTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void At_its_limit_one_line_says_so_and_the_rest_is_dropped()
    {
        var log = new LogBuffer(most: 1_000);
        for (var i = 0; i < 100; i++)
        {
            Add(log, $"line {i}");
        }

        var lines = Lines(log);
        Assert.True(lines.Length < 20);
        Assert.Contains("reached its limit of 1000 bytes", lines[^1], StringComparison.Ordinal);
        Add(log, "too late");
        Assert.Empty(Lines(log));
    }

    [Fact]
    public void One_save_takes_whole_lines_and_no_more_than_a_megabyte()
    {
        var log = new LogBuffer(most: 100_000_000);
        for (var i = 0; i < 60; i++)
        {
            Add(log, new string('x', 30_000));
        }

        var first = log.Take();
        Assert.InRange(first.Length, 1, LogBuffer.MostInSave);
        Assert.Equal((byte)'\n', first[^1]);
        Assert.Equal(60, Encoding.UTF8.GetString(first).Count(c => c == '\n') + Lines(log).Length);
    }

    [Fact]
    public void A_line_with_more_than_a_save_holds_is_cut_and_says_so()
    {
        var log = new LogBuffer(most: 100_000_000);
        var text = new string('\u0001', 40_000);   // six bytes each, once escaped
        log.Add(
            LogLevel.Error,
            At,
            text,
            [.. Enumerable.Range(0, 50).Select(n => new KeyValuePair<string, object?>($"{n}{text}", text))],
            new InvalidOperationException(text));
        Add(log, "next");

        var all = new StringBuilder();
        for (var takes = 0; log.Waiting > 0; takes++)
        {
            Assert.True(takes < 10);
            var part = log.Take();
            Assert.InRange(part.Length, 1, LogBuffer.MostInSave);
            all.Append(Encoding.UTF8.GetString(part));
        }

        var lines = all.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Matches("\"fields_left_out\":4[0-9]", lines[0]);
        Assert.Contains("next", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void One_take_gives_at_least_one_line_however_long()
    {
        var log = new LogBuffer(most: 100_000_000);
        log.PutBack([.. Enumerable.Repeat((byte)'x', LogBuffer.MostInSave + 5), (byte)'\n', (byte)'y', (byte)'\n']);

        Assert.Equal(LogBuffer.MostInSave + 6, log.Take().Length);
        Assert.Equal("y\n"u8.ToArray(), log.Take());
    }

    [Fact]
    public void Lines_that_come_faster_than_they_are_stored_are_counted_and_dropped()
    {
        var log = new LogBuffer(most: 100_000_000);
        for (var i = 0; i < 100; i++)
        {
            Add(log, new string('x', 30_000));
        }

        var kept = Lines(log).Length + Lines(log).Length + Lines(log).Length;
        Add(log, "again");
        var then = Lines(log);
        Assert.Contains($"{100 - kept} lines were dropped", then[0], StringComparison.Ordinal);
        Assert.Contains("again", then[1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_could_not_be_stored_is_put_back_in_front()
    {
        var log = new LogBuffer(most: 100_000);
        Add(log, "one");
        var taken = log.Take();
        Add(log, "two");
        log.PutBack(taken);

        var lines = Lines(log);
        Assert.Contains("one", lines[0], StringComparison.Ordinal);
        Assert.Contains("two", lines[1], StringComparison.Ordinal);
    }

    private static void Add(LogBuffer log, string message) => log.Add(LogLevel.Information, At, message, null, null);

    private static string[] Lines(LogBuffer log) =>
        Encoding.UTF8.GetString(log.Take()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
