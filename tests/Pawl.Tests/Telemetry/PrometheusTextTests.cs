using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Pawl.Telemetry;
using Pawl.Testing;
using Pawl.Tests.Running;

namespace Pawl.Tests.Telemetry;

/// <summary>The text that Prometheus reads.</summary>
public sealed class PrometheusTextTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_text_counts_jobs_attempts_and_errors_and_promtool_takes_it()
    {
        await using var test = await Stage.StartAsync(async (say, job, token) =>
        {
            if (say.Word == "bad")
            {
                throw new JobException(ErrorCategory.InvalidInput, "no such word");
            }

            await Task.Delay(TimeSpan.FromSeconds(3), job.Clock, token);
        });
        var metrics = test.Services.GetRequiredService<PrometheusText>();
        Web(test);
        await test.Jobs.EnqueueAsync(new Say("good"), new() { Trigger = Trigger.Manual }, Token);
        await test.Jobs.EnqueueAsync(new Say("bad"), new() { Queue = "other" }, Token);
        await test.PassAsync(TimeSpan.FromMinutes(1), Token);
        await test.RunUntilIdleAsync(Token);

        var text = await metrics.ReadAsync(Token);

        string[] lines =
        [
            """pawl_jobs_created_total{type="test.say",queue="default",trigger="manual"} 1""",
            """pawl_jobs_created_total{type="test.say",queue="other",trigger="api"} 1""",
            """pawl_attempts_total{type="test.say",queue="default",outcome="succeeded"} 1""",
            """pawl_attempts_total{type="test.say",queue="other",outcome="failed"} 1""",
            """pawl_attempt_duration_seconds_bucket{type="test.say",queue="default",le="2.5"} 0""",
            """pawl_attempt_duration_seconds_bucket{type="test.say",queue="default",le="5"} 1""",
            """pawl_attempt_duration_seconds_count{type="test.say",queue="default"} 1""",
            """pawl_job_wait_seconds_bucket{type="test.say",queue="default",le="+Inf"} 1""",
            """pawl_errors_total{type="test.say",category="invalid_input"} 1""",
            "pawl_stale_writes_total 0",
            """pawl_jobs{queue="default",state="succeeded"} 1""",
            """pawl_jobs{queue="other",state="failed"} 1""",
            """pawl_jobs{queue="other",state="running"} 0""",
            """pawl_queue_runnable{queue="default"} 0""",
            """pawl_queue_oldest_age_seconds{queue="default"} 0""",
            """pawl_workers{state="ready"} 1""",
            """pawl_slots{state="used"} 0""",
            """pawl_http_requests_total{route="/api/jobs",method="GET",status="200"} 1""",
            """pawl_http_request_seconds_count{route="/api/jobs",method="GET"} 1""",
            "pawl_streams 1",
        ];
        var all = text.Split('\n');
        Assert.All(lines, line => Assert.Contains(line, all));
        Assert.Contains(all, line => line.StartsWith("pawl_build_info{version=\"", StringComparison.Ordinal));
        Assert.Contains(all, line => line.StartsWith("pawl_health_score ", StringComparison.Ordinal));
        Assert.Contains(all, line => line.StartsWith("pawl_store_write_seconds_count ", StringComparison.Ordinal));
        await Promtool.CheckAsync(text, Token);
    }

    [Fact]
    public async Task Types_beyond_the_two_hundredth_are_other_and_hostile_names_stay_in_their_line()
    {
        using var factory = new Factory();
        var meters = new Meters(factory);
        using var metrics = new PrometheusText(meters, factory, _ => new([]));
        for (var i = 0; i < 250; i++)
        {
            meters.Enqueued($"type{i}", "q\"\\\n# x", Trigger.Api, 1);
        }

        var text = await metrics.ReadAsync(Token);

        Assert.Contains("pawl_streams 0", text.Split('\n'));   // no stream was ever open
        var created = text.Split('\n').Where(line => line.StartsWith("pawl_jobs_created_total{", StringComparison.Ordinal)).ToList();
        Assert.Equal(201, created.Count);
        Assert.Contains("""pawl_jobs_created_total{type="other",queue="q\"\\\n# x",trigger="api"} 50""", created);
        await Promtool.CheckAsync(text, Token);
    }

    private static void Web(PawlTest test)
    {
        var meter = test.Services.GetRequiredService<IMeterFactory>().Create(PrometheusText.WebMeter);
        meter.CreateCounter<long>("pawl.http.requests").Add(1, new("route", "/api/jobs"), new("method", "GET"), new("status", 200));
        meter.CreateHistogram<double>("pawl.http.request", "s").Record(0.02, new("route", "/api/jobs"), new("method", "GET"));
        meter.CreateUpDownCounter<long>("pawl.streams").Add(1);
    }

    private sealed class Factory : IMeterFactory
    {
        private readonly List<Meter> _meters = [];

        public Meter Create(MeterOptions options)
        {
            options.Scope = this;
            var meter = new Meter(options);
            _meters.Add(meter);
            return meter;
        }

        public void Dispose() => _meters.ForEach(meter => meter.Dispose());
    }
}
