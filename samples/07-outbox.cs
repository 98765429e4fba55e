#:project ../src/Pawl.EntityFrameworkCore/Pawl.EntityFrameworkCore.csproj
#:project ../src/Pawl.Sqlite/Pawl.Sqlite.csproj
#:package Microsoft.EntityFrameworkCore.Sqlite
#:package Microsoft.Extensions.Hosting
#:package SQLitePCLRaw.bundle_e_sqlite3
#:property PublishAot=false

// Jobs that SaveChanges saves: dotnet run samples/07-outbox.cs
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pawl;

var builder = Host.CreateApplicationBuilder();
builder.Logging.AddFilter("Microsoft", LogLevel.Warning);

// <host>
builder.Services.AddDbContext<Shop>(options => options.UseSqlite("Data Source=shop.db"));
builder.Services.AddPawl()
    .UseSqlite("Data Source=jobs.db")
    .AddOutbox<Shop>()
    .AddHandler<PackHandler, Pack>();
// </host>

using var host = builder.Build();
await using (var making = host.Services.CreateAsyncScope())
{
    await making.ServiceProvider.GetRequiredService<Shop>().Database.EnsureCreatedAsync();
}

await host.StartAsync();
await using var scope = host.Services.CreateAsyncScope();
var db = scope.ServiceProvider.GetRequiredService<Shop>();
var jobs = scope.ServiceProvider.GetRequiredService<IJobs>();

// <save>
db.Orders.Add(new Order { Article = "hat" });
var job = await jobs.EnqueueAsync(db, new Pack("hat"));   // a change of the context, like the order
await db.SaveChangesAsync();                              // both are saved, or neither is
// </save>

Console.WriteLine($"Job {job.Id} is saved; {await PackHandler.Packed.Task} was packed.");
await host.StopAsync();

// <model>
public sealed class Shop(DbContextOptions<Shop> options) : DbContext(options)
{
    public DbSet<Order> Orders => Set<Order>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddPawlOutbox();
}
// </model>

public sealed class Order
{
    public int Id { get; set; }

    public required string Article { get; set; }
}

[Job("sample.pack")]
public sealed record Pack(string Article);

public sealed class PackHandler : IJobHandler<Pack>
{
    public static TaskCompletionSource<string> Packed { get; } = new();

    public Task HandleAsync(Pack payload, JobContext job, CancellationToken cancellationToken)
    {
        Packed.TrySetResult(payload.Article);
        return Task.CompletedTask;
    }
}
