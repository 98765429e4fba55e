using Pawl.Storage;

namespace Pawl.Tests.Client;

public sealed class DepthCountTests
{
    [Fact]
    public void What_was_not_counted_is_spread_over_those_that_were_not_counted_to_their_end()
    {
        var two = Rows(Line("q", 900_005, (70, 400_000), (50, 500_000), (0, 5)));
        var one = Rows(Line("q", 900_005, (70, 900_000), (0, 5)));

        Assert.Equal([(70, 450_000, true), (50, 450_000, true), (0, 5, false)], two);
        Assert.Equal([(70, 900_000, false), (0, 5, false)], one);
    }

    [Fact]
    public void All_but_the_longest_of_a_line_are_counted_to_their_end_while_that_is_cheap()
    {
        Assert.Equal([(70, 9_999, false), (0, 2_000_000, false)], Rows(Line("q", 2_009_999, (70, 9_999), (0, 2_000_000))));
        Assert.Equal([(70, 101, false), (0, 5_000, false)], Rows(Line("q", 5_101, (70, 101), (0, 5_000))));
    }

    [Fact]
    public void A_look_at_very_many_lines_counts_few_jobs_of_each()
    {
        var depth = new DepthCount();
        var waits = new Dictionary<(int, int), long>();
        for (var line = 1; line <= 100; line++)
        {
            depth.Add(line, "q", $"t{line}", 4_000, [40, 20, 0]);
            waits[(line, 40)] = waits[(line, 20)] = 1_333;
            waits[(line, 0)] = 1_334;
        }

        var looked = Count(depth, waits);
        var rows = depth.Rows();

        Assert.InRange(looked, 30_000, 100_000);
        Assert.Equal(400_000, rows.Sum(static row => row.Queued));
        Assert.All(rows, static row => Assert.InRange(row.Queued, 1_333, 1_334));
    }

    [Fact]
    public void Jobs_that_are_leased_but_still_stand_in_front_are_taken_off_there()
    {
        Assert.Equal([(70, 5, false), (0, 7, false)], Rows(Line("q", 12, (70, 10), (0, 7))));
        Assert.Equal([(0, 4, false)], Rows(Line("q", 4, (70, 10), (0, 7))));
        Assert.Empty(Rows(Line("q", 0, (70, 10), (0, 7))));
    }

    [Fact]
    public void What_is_packed_is_read_as_it_was()
    {
        DepthRow[] rows = [new("q", "t", 1_000, 3), new("q", "t", -1_000, 123_456_789_012, AtLeast: true)];

        Assert.Equal("1000:3 -1000:123456789012+", DepthPack.Write(rows));
        Assert.Equal(rows, DepthPack.Read("q", "t", DepthPack.Write(rows)));
        Assert.Empty(DepthPack.Read("q", "t", ""));
    }

    private static (DepthCount Depth, Dictionary<(int, int), long> Waits) Line(
        string queue, long runnable, params (int Priority, long Waits)[] parts)
    {
        var depth = new DepthCount();
        depth.Add(1, queue, "t", runnable, parts.Select(static part => part.Priority));
        return (depth, parts.ToDictionary(static part => (1, part.Priority), static part => part.Waits));
    }

    private static IEnumerable<(int, long, bool)> Rows((DepthCount Depth, Dictionary<(int, int), long> Waits) line)
    {
        Count(line.Depth, line.Waits);
        return line.Depth.Rows().Select(static row => (row.Priority, row.Queued, row.AtLeast));
    }

    /// <summary>Counts as a store does; how many jobs it looked at.</summary>
    private static long Count(DepthCount depth, Dictionary<(int, int), long> waits)
    {
        var looked = 0L;
        while (depth.TryNext(out var most, out var parts))
        {
            foreach (var part in parts)
            {
                var count = Math.Min(most, waits[part]);
                looked += count;
                depth.Found(part.Line, part.Priority, count, count < most);
            }
        }

        return looked;
    }
}
