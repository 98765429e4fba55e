using System.Reflection;
using Microsoft.Data.Sqlite;
using Pawl.Storage;

namespace Pawl.Web.Tests;

public sealed class OutageTests
{
    private const string Parked = """{"type":"parked","payload":{}}""";

    [Theory]
    [InlineData("storage_unreachable", "storage_unavailable")]
    [InlineData("storage_full", "storage_full")]
    [InlineData("storage_readonly", "storage_readonly")]
    [InlineData("waiting_for_schema", "waiting_for_schema")]
    [InlineData("driver", "storage_unavailable")]
    public async Task A_store_that_fails_is_told_with_a_time_to_come_again(string fault, string code)
    {
        var outage = new Fault();
        await using var served = await Served.StartAsync(around: outage.Around);
        await served.CreateAsync(Parked);
        outage.Next = fault == "driver" ? new SqliteException("gone", 10) : new PawlException(fault, "away");

        foreach (var reply in (Reply[])[await served.PostAsync("api/jobs", Parked), await served.GetAsync("api/jobs")])
        {
            Assert.Equal((503, code, true), (reply.Status, reply.Code, (bool?)reply.Json["retryable"]));
            Assert.Equal("1", reply.Headers["Retry-After"]);
        }

        Assert.Equal(503, (await served.GetAsync("api/jobs", Served.With("pawl_k_never_seen"))).Status);
        Assert.Equal((200, 503), ((await served.GetAsync("livez")).Status, (await served.GetAsync("healthz")).Status));
        outage.Next = null;
        Assert.Equal(201, (await served.PostAsync("api/jobs", Parked)).Status);
    }

    [Fact]
    public async Task A_slip_of_ours_is_told_by_its_number_and_nothing_more()
    {
        var outage = new Fault();
        await using var served = await Served.StartAsync(around: outage.Around);
        outage.Next = new FormatException("secret detail of ours");

        var reply = await served.GetAsync("api/queues");

        Assert.Equal((500, "internal", reply.Headers["Request-Id"]), (reply.Status, reply.Code, reply.Text("request_id")));
        Assert.DoesNotContain("secret", reply.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", reply.Body, StringComparison.Ordinal);
    }

    /// <summary>Stands before a store and fails when it is told to.</summary>
    private sealed class Fault
    {
        public Exception? Next { get; set; }

        public IJobStore Around(IJobStore store)
        {
            var proxy = DispatchProxy.Create<IJobStore, Proxy>();
            (((Proxy)(object)proxy).Store, ((Proxy)(object)proxy).Fault) = (store, this);
            return proxy;
        }
    }

    /// <summary>Made at run time, so that a new verb needs nothing here.</summary>
    public class Proxy : DispatchProxy
    {
        internal object Store { get; set; } = null!;

        internal object Fault { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name.EndsWith("Async", StringComparison.Ordinal) && targetMethod.Name != nameof(IAsyncDisposable.DisposeAsync)
                && ((Fault)Fault).Next is { } fault)
            {
                throw fault;
            }

            return targetMethod.Invoke(Store, BindingFlags.DoNotWrapExceptions, null, args, null);
        }
    }
}
