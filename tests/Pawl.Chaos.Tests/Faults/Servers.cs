namespace Pawl.Chaos.Tests.Faults;

/// <summary>The programs of the servers that these tests start. Where they are missing a test is skipped; on build servers it
/// fails.</summary>
internal static class Servers
{
    public static PostgresServer Start() => PostgresServer.Start(Programs());

    public static PostgresServer StartReplica(PostgresServer primary) => primary.Replica(Programs());

    public static PgBouncer StartBouncer(PostgresServer server)
    {
        Need(PgBouncer.Program is not null, "No PgBouncer for the tests: install it (Debian: apt-get install pgbouncer).");
        return PgBouncer.Start(PgBouncer.Program!, "127.0.0.1", server.Port, "pawl");
    }

    private static string Programs()
    {
        Need(PostgresCluster.Programs() is not null, $"No PostgreSQL for the tests: {PostgresCluster.Remedy}");
        return PostgresCluster.Programs()!;
    }

    private static void Need(bool there, string lacking)
    {
        Assert.SkipUnless(there || PostgresCluster.Required, lacking);
        Assert.True(there, lacking);
    }
}
