using System.Text.Json;
using Pawl.Cli.Output;

namespace Pawl.Tests.Cli;

/// <summary>Tables fit, and tear nothing in two.</summary>
public sealed class TableTests
{
    private static readonly Times Utc = new(TimeForm.Utc, TimeProvider.System);

    private static readonly Column[] Columns =
    [
        new("ID", "id"),
        new("NAME", "name") { Elastic = true },
        new("COUNT", "count") { Holds = Holds.Number },
        new("LAST JOB", "job"),
    ];

    [Theory]
    [InlineData(null, "4815162342  a name that is rather long      7  4815162341")]
    [InlineData(45, "4815162342  a name that i…      7  4815162341")]
    [InlineData(36, "4815162342  a na…      7  4815162341")]
    [InlineData(30, "4815162342  a n…      7")]
    [InlineData(12, "4815162342")]
    [InlineData(5, "4815162342")]
    public void What_does_not_fit_is_cut_and_then_left_out_but_no_id(int? width, string row)
    {
        var lines = Table.Lines(Columns, [Item("a name that is rather long")], width, Utc);

        Assert.Equal(row, lines[1]);
        Assert.StartsWith("ID", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Wide_letters_take_two_places()
    {
        var lines = Table.Lines(Columns, [Item("あいうえおかきくけこ"), Item("x")], 40, Utc);

        Assert.Equal("4815162342  あいうえ…      7  4815162341", lines[1]);
        Assert.Equal("4815162342  x              7  4815162341", lines[2]);
    }

    private static JsonElement Item(string name) =>
        JsonSerializer.SerializeToElement(new { id = "4815162342", name, count = 7, job = "4815162341" });
}
