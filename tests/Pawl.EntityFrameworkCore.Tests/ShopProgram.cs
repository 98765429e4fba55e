using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pawl.EntityFrameworkCore.Tests;

[Job("shop.pack")]
public sealed record Pack(string Article);

/// <summary>A program with a context and jobs. It tells which jobs ran.</summary>
internal sealed class ShopProgram<TContext> : IAsyncDisposable
    where TContext : DbContext
{
    private readonly IHost _host;
    private readonly Channel<(JobId Job, string Article)> _ran;

    private ShopProgram(IHost host, Channel<(JobId Job, string Article)> ran) => (_host, _ran) = (host, ran);

    public IJobs Jobs => _host.Services.GetRequiredService<IJobs>();

    public IServiceProvider Services => _host.Services;

    public static async Task<ShopProgram<TContext>> StartAsync(
        Action<PawlBuilder> store, Action<DbContextOptionsBuilder> database, CancellationToken cancellationToken)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        var ran = Channel.CreateUnbounded<(JobId, string)>();
        builder.Services.AddSingleton(ran);
        builder.Services.AddDbContext<TContext>(database);
        var pawl = builder.Services.AddPawl().AddHandler<PackHandler, Pack>();
        store(pawl);
        var program = new ShopProgram<TContext>(builder.Build(), ran);
        await program.InContextAsync(db => db.Database.EnsureCreatedAsync(cancellationToken));
        await program._host.StartAsync(cancellationToken);
        return program;
    }

    /// <summary>Does something with a context of its own, as a request does.</summary>
    public async Task<T> InContextAsync<T>(Func<TContext, Task<T>> work)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<TContext>());
    }

    /// <summary>The next job that ran.</summary>
    public async Task<(JobId Job, string Article)> RanAsync(CancellationToken cancellationToken) =>
        await _ran.Reader.ReadAsync(cancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);

    /// <summary>A forwarder whose rounds a test makes by itself.</summary>
    public OutboxForwarder<TContext> Forwarder() => ActivatorUtilities.CreateInstance<OutboxForwarder<TContext>>(_host.Services);

    public async Task<int> JobsAsync(CancellationToken cancellationToken) =>
        (await Jobs.ListAsync(cancellationToken: cancellationToken)).Jobs.Count;

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        if (_host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }
}

internal sealed class PackHandler(Channel<(JobId Job, string Article)> ran) : IJobHandler<Pack>
{
    public async Task HandleAsync(Pack payload, JobContext job, CancellationToken cancellationToken) =>
        await ran.Writer.WriteAsync((job.Id, payload.Article), cancellationToken);
}
