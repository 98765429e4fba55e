using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Pawl.Testing;
using Pawl.Tests.Running;

namespace Pawl.Tests.Telemetry;

/// <summary>Spans and meters as a program that exports them sees them. Each test has a type of its own: listeners hear of the whole
/// process.</summary>
public sealed class TracesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_a_thousand_jobs_one_in_ten_is_traced_by_default()
    {
        using var spans = new Spans("test.traced.thousand");
        var inside = 0;
        await using var test = await StartAsync("test.traced.thousand", (_, _, _) =>
        {
            inside += Activity.Current is { Recorded: true } ? 1 : 0;
            return Task.CompletedTask;
        });
        await test.Jobs.EnqueueManyAsync(Enumerable.Range(0, 1_000).Select(i => new Say($"{i}")), cancellationToken: Token);
        await test.RunUntilIdleAsync(Token);

        Assert.Equal(1_000, spans.Ended.Count);
        Assert.InRange(spans.Exported.Count, 70, 130);
        Assert.Equal(inside, spans.Exported.Count);
    }

    [Fact]
    public async Task A_failed_attempt_is_traced_whatever_the_share()
    {
        using var spans = new Spans("test.traced.failed");
        await using var test = await StartAsync(
            "test.traced.failed",
            (say, _, _) => say.Word == "bad" ? throw new JobException(ErrorCategory.InvalidInput, "no such word") : Task.CompletedTask,
            options => options.Telemetry.TraceSampleRatio = 0);
        var bad = (await test.Jobs.EnqueueAsync(new Say("bad"), cancellationToken: Token)).Id;
        await test.Jobs.EnqueueAsync(new Say("good"), cancellationToken: Token);
        await test.RunUntilIdleAsync(Token);

        var span = Assert.Single(spans.Exported);
        Assert.Equal($"{bad}", span.GetTagItem("pawl.job.id"));
        Assert.Equal(("failed", ActivityStatusCode.Error), (span.GetTagItem("pawl.attempt.outcome"), span.Status));
        Assert.Equal("invalid_input", span.GetTagItem("error.type"));
    }

    [Fact]
    public async Task An_attempt_that_hangs_past_its_limit_is_traced_as_timed_out()
    {
        using var spans = new Spans("test.traced.hung");
        var go = Stage.Point();
        await using var test = await StartAsync(
            "test.traced.hung", (_, _, _) => go.Task, options => options.Telemetry.TraceSampleRatio = 0);
        await test.Jobs.EnqueueAsync(new Say(), new() { MaxAttempts = 1 }, Token);
        await test.PassAsync(TimeSpan.FromMinutes(2), Token);
        await test.RunUntilIdleAsync(Token);
        Assert.Empty(spans.Ended);

        go.SetResult();
        await test.PassAsync(TimeSpan.FromSeconds(1), Token);
        Assert.Equal("timed_out", Assert.Single(spans.Exported).GetTagItem("pawl.attempt.outcome"));
    }

    [Fact]
    public async Task A_span_bears_type_job_attempt_and_tags_and_points_to_who_asked()
    {
        using var spans = new Spans("test.traced.tags");
        await using var test = await StartAsync(
            "test.traced.tags", (_, _, _) => Task.CompletedTask, options => options.Telemetry.TraceSampleRatio = 1);
        const string Asked = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        var tags = new Dictionary<string, string> { ["repository"] = "a/b", ["processor"] = "pull_requests" };
        var id = (await test.Jobs.EnqueueAsync(new Say(), new() { Tags = tags, Traceparent = Asked }, Token)).Id;
        await test.RunUntilIdleAsync(Token);

        var span = Assert.Single(spans.Exported);
        Assert.Equal(
            [$"{id}", "test.traced.tags", "1", "a/b", "pull_requests"],
            new[] { "pawl.job.id", "pawl.job.type", "pawl.job.attempt", "pawl.tag.repository", "pawl.tag.processor" }
                .Select(name => span.GetTagItem(name)));
        Assert.Equal("4bf92f3577b34da6a3ce929d0e0e4736", Assert.Single(span.Links).Context.TraceId.ToHexString());
    }

    [Fact]
    public async Task Listeners_that_throw_touch_no_job()
    {
        using var spans = new Spans("test.traced.throws") { Throws = true };
        using var meters = new MeterListener();
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Pawl")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        meters.SetMeasurementEventCallback<long>((_, _, tags, _) => ThrowAbout(tags));
        meters.SetMeasurementEventCallback<double>((_, _, tags, _) => ThrowAbout(tags));
        meters.Start();
        await using var test = await StartAsync(
            "test.traced.throws", (_, _, _) => Task.CompletedTask, options => options.Telemetry.TraceSampleRatio = 1);
        var jobs = await test.Jobs.EnqueueManyAsync(Enumerable.Range(0, 5).Select(i => new Say($"{i}")), cancellationToken: Token);
        await test.RunUntilIdleAsync(Token);

        Assert.NotEmpty(spans.Ended);
        foreach (var job in jobs)
        {
            var ended = await test.Jobs.GetAsync(job.Id, Token);
            Assert.Equal((JobState.Succeeded, 1), (ended.State, ended.Attempt));
        }

        static void ThrowAbout(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
            {
                if (Equals(tag.Value, "test.traced.throws"))
                {
                    throw new InvalidOperationException("The exporter is broken.");
                }
            }
        }
    }

    private static Task<PawlTest> StartAsync(
        string name, Func<Say, JobContext, CancellationToken, Task> does, Action<PawlOptions>? options = null) =>
        Stage.StartAsync(does, options, type => type.Name(name), pawl => pawl.Services.AddSingleton<IChance>(new Dice()));

    /// <summary>The same throws in every run.</summary>
    private sealed class Dice : IChance
    {
        private ulong _state = 42;

        public ulong Next()
        {
            // splitmix64
            var next = _state += 0x9E3779B97F4A7C15;
            next = (next ^ (next >> 30)) * 0xBF58476D1CE4E5B9;
            next = (next ^ (next >> 27)) * 0x94D049BB133111EB;
            return next ^ (next >> 31);
        }
    }

    /// <summary>Hears of the spans of one job type.</summary>
    private sealed class Spans : IDisposable
    {
        private readonly ActivityListener _listener;
        private readonly List<Activity> _ended = [];

        public Spans(string type)
        {
            _listener = new()
            {
                ShouldListenTo = source => source.Name == "Pawl",
                Sample = (ref ActivityCreationOptions<ActivityContext> asked) => asked.Name == $"{type} attempt"
                    ? ActivitySamplingResult.AllDataAndRecorded
                    : ActivitySamplingResult.None,
                ActivityStopped = activity =>
                {
                    if (activity.OperationName != $"{type} attempt")
                    {
                        return;
                    }

                    lock (_ended)
                    {
                        _ended.Add(activity);
                    }

                    if (Throws)
                    {
                        throw new InvalidOperationException("The exporter is broken.");
                    }
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public bool Throws { get; init; }

        public IReadOnlyList<Activity> Ended
        {
            get
            {
                lock (_ended)
                {
                    return [.. _ended];
                }
            }
        }

        /// <summary>Those an exporter would send on.</summary>
        public IReadOnlyList<Activity> Exported => [.. Ended.Where(activity => activity.Recorded)];

        public void Dispose() => _listener.Dispose();
    }
}
