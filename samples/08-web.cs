#:sdk Microsoft.NET.Sdk.Web
#:project ../src/Pawl.Sqlite/Pawl.Sqlite.csproj
#:project ../src/Pawl.Web/Pawl.Web.csproj
#:property PublishAot=false

// An application of your own that has Pawl's HTTP API below /jobs: dotnet run samples/08-web.cs -- --urls http://127.0.0.1:5080
using Pawl;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
builder.Services.AddPawl().UseSqlite("Data Source=web.db").AddHandler<GreetHandler, Greet>();

var app = builder.Build();

// What the application does is its own, with its own rules; a visit leaves the slow part to a job.
app.MapGet("/", async (IJobs jobs) => $"Hello. Job {(await jobs.EnqueueAsync(new Greet("visitor"))).Id} greets you, too.\n");

// <map>
app.MapPawl("/jobs", web => web.KeyFile = "web.db.token");   // the first start writes an admin key there, for its owner alone
// </map>

app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"ready on {app.Urls.First()}/jobs"));
await app.RunAsync();

[Job("hello.greet")]
public sealed record Greet(string Name);

public sealed class GreetHandler(ILogger<GreetHandler> logger) : IJobHandler<Greet>
{
    public Task HandleAsync(Greet payload, JobContext job, CancellationToken cancellationToken)
    {
        logger.LogInformation("Hello {Name}", payload.Name);
        return Task.CompletedTask;
    }
}
