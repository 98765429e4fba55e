using Pawl.Storage;

namespace Pawl.Tests.Client;

public sealed class DepthPartsTests
{
    [Fact]
    public void What_was_not_counted_is_spread_over_those_that_were_not_counted_to_their_end()
    {
        var two = DepthParts.Of("q", "t", 900_005, [70, 50, 0], priority => priority == 0 ? 5 : DepthParts.MostCounted).ToList();
        var one = DepthParts.Of("q", "t", 900_005, [70, 0], priority => priority == 0 ? 5 : DepthParts.MostCounted).ToList();

        Assert.Equal([(70, 450_000, true), (50, 450_000, true), (0, 5, false)], two.Select(row => (row.Priority, row.Queued, row.AtLeast)));
        Assert.Equal([(70, 900_000, false), (0, 5, false)], one.Select(row => (row.Priority, row.Queued, row.AtLeast)));
    }

    [Fact]
    public void What_is_packed_is_read_as_it_was()
    {
        DepthRow[] rows = [new("q", "t", 1_000, 3), new("q", "t", -1_000, 123_456_789_012, AtLeast: true)];

        Assert.Equal("1000:3 -1000:123456789012+", DepthPack.Write(rows));
        Assert.Equal(rows, DepthPack.Read("q", "t", DepthPack.Write(rows)));
        Assert.Empty(DepthPack.Read("q", "t", ""));
    }
}
