using Npgsql;

namespace Pawl.Chaos.Tests.Faults;

/// <summary>Takes the connections of a server away.</summary>
internal static class Connections
{
    private const int Rounds = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Takes all connections that the server still gives, ends those that others had, and holds on for 10 s.</summary>
    public static async Task ExhaustAsync(PostgresServer server)
    {
        var held = new List<NpgsqlConnection>();
        var own = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false }.ConnectionString;
        try
        {
            using var tick = new PeriodicTimer(Pause, TimeProvider.System);
            for (var i = 0; i < Rounds && await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken); i++)
            {
                await TakeAllAsync(own, held);
                await using var end = new NpgsqlCommand(TerminatedConnectionsTests.EndOne, held[0]);
                await end.ExecuteScalarAsync(TestContext.Current.CancellationToken);
            }
        }
        finally
        {
            foreach (var connection in held)
            {
                await connection.DisposeAsync();
            }
        }
    }

    private static async Task TakeAllAsync(string own, List<NpgsqlConnection> held)
    {
        while (true)
        {
            var next = new NpgsqlConnection(own);
            try
            {
                await next.OpenAsync(TestContext.Current.CancellationToken);
                held.Add(next);
            }
            catch (NpgsqlException)
            {
                await next.DisposeAsync();
                return;   // there is none left
            }
        }
    }
}
