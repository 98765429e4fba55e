#:project ../src/Pawl.Postgres/Pawl.Postgres.csproj
#:package Microsoft.Extensions.Hosting
#:property PublishAot=false

// A job that lives and dies with your own rows: dotnet run samples/06-own-transaction.cs -- "Host=localhost;Database=app;Username=app"
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pawl;

if (args.Length != 1)
{
    Console.Error.WriteLine("Give a connection string to a PostgreSQL database, in quotes.");
    return 2;
}

var builder = Host.CreateApplicationBuilder();
builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
await using var source = NpgsqlDataSource.Create(args[0]);
// <host>
builder.Services.AddPawl().UsePostgres(source).AddHandler<PackHandler, Pack>();
// </host>

using var host = builder.Build();
await host.StartAsync();
var jobs = host.Services.GetRequiredService<IJobs>();
await using (var table = source.CreateCommand("create table if not exists sample_order (article text not null)"))
{
    await table.ExecuteNonQueryAsync();
}

// <transaction>
await using var connection = await source.OpenConnectionAsync();
await using var transaction = await connection.BeginTransactionAsync();
await using var insert = new NpgsqlCommand("insert into sample_order (article) values ('hat')", connection, transaction);
await insert.ExecuteNonQueryAsync();
var job = await jobs.EnqueueAsync(transaction, new Pack("hat"));   // its number is known at once
await transaction.CommitAsync();                                   // from here on it can be seen and run
// </transaction>

Console.WriteLine($"Job {job.Id} {(await jobs.WaitAsync(job.Id)).State}.");
await host.StopAsync();
return 0;

[Job("sample.pack")]
public sealed record Pack(string Article);

public sealed class PackHandler(ILogger<PackHandler> logger) : IJobHandler<Pack>
{
    public Task HandleAsync(Pack payload, JobContext job, CancellationToken cancellationToken)
    {
        logger.LogInformation("Packing a {Article}", payload.Article);
        return Task.CompletedTask;
    }
}
