using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Pawl.Chaos.Tests.Report;

namespace Pawl.Chaos.Tests.Serve;

public sealed class MalformedRequestsTests(ITestOutputHelper output)
{
    private const int Requests = 10_000;
    private const int Clients = 4;
    private const int Warm = 2_000;
    private const double MostGrowthMb = 64;

    [Fact]
    public async Task Ten_thousand_malformed_requests_are_refused_each_with_a_code_and_cost_no_memory()
    {
        var row = FaultRow.Begin(output, "F34", "SQLite", "malformed requests");
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(
            folder["pawl.json"],
            """{ "Pawl": { "Types": { "noop": { "Handler": "command", "Command": { "Argv": ["/bin/true"] } } } } }""",
            TestContext.Current.CancellationToken);
        await using var served = await Served.StartAsync(folder);

        // The first ones fill its pools and compile its code.
        await SendAsync(served, Warm, seed: 0);
        var before = served.MemoryMb;
        var statuses = await SendAsync(served, Requests, seed: 1);
        var growth = served.MemoryMb - before;

        output.WriteLine(string.Join(", ", statuses.GroupBy(status => status).Select(kind => $"{(int)kind.Key}: {kind.Count()}")));
        row.Count(statuses.Count);
        Assert.True(statuses.Count(status => (int)status is >= 400 and < 500) > Requests / 2, "Most of them should have been malformed.");
        Assert.True(growth <= MostGrowthMb, $"It holds {growth:F0} MB more than before.");
        row.Passed(string.Create(CultureInfo.InvariantCulture, $"{growth:F0} MB more memory"));
    }

    private static async Task<List<HttpStatusCode>> SendAsync(Served served, int count, int seed)
    {
        var all = await Task.WhenAll(Enumerable.Range(0, Clients).Select(async client =>
        {
            var make = new MalformedRequests(new Random((seed * Clients) + client));
            var statuses = new List<HttpStatusCode>();
            for (var i = 0; i < count / Clients; i++)
            {
                statuses.Add(await OneAsync(served, make));
            }

            return statuses;
        }));
        return [.. all.SelectMany(statuses => statuses)];
    }

    private static async Task<HttpStatusCode> OneAsync(Served served, MalformedRequests make)
    {
        using var request = make.Next(out var what);
        using var reply = await served.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var said = await reply.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.True((int)reply.StatusCode < 500, $"{(int)reply.StatusCode} to {what}: {Encoding.UTF8.GetString(said)}{served.Said}");

        // What is no HTTP the listener itself refuses, without a word; and pages are none of the interface.
        var isApi = request.RequestUri!.OriginalString.StartsWith("api/", StringComparison.Ordinal);
        if ((int)reply.StatusCode >= 400 && said.Length > 0 && isApi)
        {
            var kind = reply.Content.Headers.ContentType?.MediaType;
            Assert.True(kind == "application/problem+json", $"{what}: {kind} {Encoding.UTF8.GetString(said)}");
            using var problem = JsonDocument.Parse(said);
            Assert.True(problem.RootElement.GetProperty("code").GetString()?.Length > 0, what);
            Assert.DoesNotContain("   at ", problem.RootElement.GetProperty("detail").GetString() ?? "", StringComparison.Ordinal);
        }

        return reply.StatusCode;
    }
}
