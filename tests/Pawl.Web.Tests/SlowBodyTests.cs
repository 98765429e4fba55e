using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Pawl.Web.Tests;

public sealed class SlowBodyTests
{
    private const string Parked = """{"type":"parked","payload":{}}""";

    [Theory]
    [InlineData("Content-Length: 100")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task A_body_that_comes_too_slowly_is_waited_for_no_longer_and_told_so(string framing)
    {
        await using var served = await Served.StartAsync(services: static all => all.Configure<KestrelServerOptions>(
            static kestrel => kestrel.Limits.MinRequestBodyDataRate = new(240, TimeSpan.FromSeconds(1.1))));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(served.Address).Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /api/jobs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {served.Key}\r\nContent-Type: application/json\r\n"
                + $"{framing}\r\n\r\n"),
            TestContext.Current.CancellationToken);

        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        var reply = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);   // ends, as the connection is closed

        Assert.StartsWith("HTTP/1.1 408 ", reply, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"request_timeout\"", reply, StringComparison.Ordinal);
        Assert.Contains("\"retryable\":true", reply, StringComparison.Ordinal);
        Assert.Empty((await served.Jobs.ListAsync(null, TestContext.Current.CancellationToken)).Jobs);
    }

    [Fact]
    public async Task The_time_that_a_body_takes_to_come_is_not_the_stores()
    {
        var clock = new HurriedClock();
        await using var served = await Served.StartAsync(
            options: static web => web.StoreTimeout = HurriedClock.Limit,
            services: all => all.AddSingleton<TimeProvider>(clock),
            before: app => app.Use((http, next) =>
            {
                http.Request.Body = new LateBody(http.Request.Body, clock);
                return next(http);
            }));

        Assert.Equal(201, (await served.PostAsync("api/jobs", Parked)).Status);
        Assert.True(clock.Passed > 0);
    }

    /// <summary>A body that takes longer to come than a request may wait for the store.</summary>
    private sealed class LateBody(Stream body, HurriedClock clock) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            clock.Pass();
            return body.ReadAsync(buffer, cancellationToken);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();
    }

    /// <summary>The real clock, on which the store's time is over as soon as a test says so.</summary>
    private sealed class HurriedClock : TimeProvider
    {
        /// <summary>By this length it knows the timers.</summary>
        public static readonly TimeSpan Limit = TimeSpan.FromSeconds(59.875);

        private readonly Lock _gate = new();
        private readonly HashSet<Timer> _running = [];

        /// <summary>How often the time was over.</summary>
        public int Passed { get; private set; }

        public void Pass()
        {
            Timer[] due;
            lock (_gate)
            {
                Passed++;
                due = [.. _running];
                _running.Clear();
            }

            foreach (var timer in due)
            {
                timer.Fire();
            }
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != Limit)
            {
                return base.CreateTimer(callback, state, dueTime, period);
            }

            var timer = new Timer(this, () => callback(state));
            timer.Change(dueTime, period);
            return timer;
        }

        private sealed class Timer(HurriedClock clock, Action fire) : ITimer
        {
            public void Fire() => fire();

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                lock (clock._gate)
                {
                    _ = dueTime == Timeout.InfiniteTimeSpan ? clock._running.Remove(this) : clock._running.Add(this);
                    return true;
                }
            }

            public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
