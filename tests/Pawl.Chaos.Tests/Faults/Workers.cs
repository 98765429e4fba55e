using Npgsql;
using Pawl.Chaos.Tests.Kill;

namespace Pawl.Chaos.Tests.Faults;

/// <summary>What the database says of the processes.</summary>
internal static class Workers
{
    private const string Gone = """
        select not exists (select 1 from pawl.worker where (facts::json ->> 'pid')::integer = $1 and not gone)
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until a process of which nobody hears any more is known to be gone.</summary>
    public static async Task MissedAsync(NpgsqlDataSource source, Victim silent)
    {
        await using var command = source.CreateCommand(Gone);
        command.Parameters.Add(new() { Value = silent.Pid });
        using var tick = new PeriodicTimer(Look, TimeProvider.System);
        for (var looks = 0; await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is not true; looks++)
        {
            Assert.True(looks < Patience / Look, "Nobody has missed the process.");
            await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
