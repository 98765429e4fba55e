using System.Text.Json;

namespace Pawl.Chaos.Tests.History;

public sealed class LogsTests : IDisposable
{
    private const string Line = """{"life":1,"pid":7,"mono":2,"job":3,"attempt":1,"type":"any","what":"start"}""";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_line_cut_by_a_kill_counts_as_not_written_and_spoils_no_other()
    {
        File.WriteAllText(_folder["effects.log"], $"\n{Line}\n{Line[..20]}\n{Line}");

        Assert.Equal([3L, 3L], Logs.Read<Effect>(_folder["effects.log"], mostCut: 1).Select(effect => effect.Job));
    }

    [Fact]
    public void More_cut_lines_than_kills_are_refused()
    {
        File.WriteAllText(_folder["effects.log"], $"\n{Line[..20]}\n{Line[..30]}");

        Assert.ThrowsAny<JsonException>(() => Logs.Read<Effect>(_folder["effects.log"], mostCut: 1));
    }
}
