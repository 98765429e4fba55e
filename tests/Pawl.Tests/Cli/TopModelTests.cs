using System.Text.Json;
using Pawl.Cli.Client;
using Pawl.Cli.Commands;
using Pawl.Cli.Output;

namespace Pawl.Tests.Cli;

/// <summary>The screen of <c>pawl top</c>, as lines.</summary>
public sealed class TopModelTests
{
    private const string Queue = """
        {"name":"mail","depth":{"scheduled":1,"blocked":0,"queued":12,"running":2},"running":2,"in_per_s":2.1,"out_per_s":0.5,
         "oldest_runnable_ms":4100,"paused_at":null}
        """;

    private readonly TopModel _model = new("http://h", new(TimeForm.Utc, TimeProvider.System));

    [Fact]
    public void Events_become_queues_jobs_and_rates()
    {
        _model.Take(new("queue", Queue, null));
        _model.Take(new("stats", """
            {"rates":{"created_per_s":2.1,"succeeded_per_s":2.4,"failed_per_s":0},"counts":{"queued":12,"running":2},
             "workers":{"ready":3,"slots":30,"slots_used":8}}
            """, null));
        _model.Take(Jobs([Job("7", "a"), Job("12", "b")]));

        var lines = Draw(30);

        Assert.Equal("created 2.1/s   succeeded 2.4/s   failed 0/s   slots 8 of 30   workers 3", lines[1]);
        Assert.Equal("queued 12  running 2", lines[2]);
        Assert.Matches("^mail +12 +2 +1 +2.1 +0.5 +4s", lines[5]);
        Assert.Equal("JOBS state:running (2)", lines[7]);
        Assert.StartsWith(">12", lines[9], StringComparison.Ordinal);   // the newest first, and chosen
        Assert.StartsWith("7 ", lines[10], StringComparison.Ordinal);
        Assert.Equal(30, lines.Count);
        Assert.Contains("q quit", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Jobs_that_no_longer_match_go_and_the_choice_stays_with_its_job()
    {
        _model.Take(Jobs([Job("1", "a"), Job("2", "b"), Job("3", "c")]));
        _model.Move(1);
        Assert.Equal("2", _model.Chosen);

        _model.Take(Jobs([Job("4", "d")], "3"));
        Assert.Equal("2", _model.Chosen);
        _model.Take(Jobs([], "2"));

        Assert.Equal("4", _model.Chosen);
        _model.Move(-5);
        Assert.Equal("4", _model.Chosen);
        _model.Move(5);
        Assert.Equal("1", _model.Chosen);
        _model.Take(Jobs([], "1", "4"));
        Assert.Null(_model.Chosen);
    }

    [Fact]
    public void A_small_window_shows_the_chosen_job_and_nothing_beyond_its_edge()
    {
        _model.Take(Jobs([.. Enumerable.Range(1, 40).Select(number => Job($"{number}", "a\e[31mred"))]));
        _model.Move(39);

        var lines = Draw(12);

        Assert.Equal(12, lines.Count);
        Assert.Contains(lines, line => line.StartsWith(">1 ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains('\e', StringComparison.Ordinal));
        Assert.All(lines, line => Assert.True(line.Trim('>').TrimEnd('<').Length <= 80, line));
    }

    [Fact]
    public void What_is_typed_stands_below()
    {
        _model.Typed = "state:fai";

        Assert.Equal("query: state:fai_", Draw(10)[^1]);
    }

    private List<string> Draw(int height) => _model.Draw(width: 80, height, (">", "<"));

    private static object Job(string id, string type) => new
    {
        id, type, queue = "q", state = "running", attempt = 1, progress = (object?)null, started_at = (string?)null,
    };

    private static StreamEvent Jobs(object[] upserts, params string[] removed) =>
        new("jobs", JsonSerializer.Serialize(new { upserts, removed }), "1");
}
