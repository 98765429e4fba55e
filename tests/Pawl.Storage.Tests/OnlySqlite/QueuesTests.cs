using Pawl.Sqlite;

namespace Pawl.Storage.Tests.OnlySqlite;

/// <summary>What the writer remembers of a queue's starts goes with the transaction.</summary>
public sealed class QueuesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_a_claim_counted_is_forgotten_with_its_rollback_and_kept_with_its_commit()
    {
        var queues = new Queues();
        Count(queues, firstAttempts: 4, retries: 0);
        queues.Committed();
        Assert.True(HasRoom(queues));

        Count(queues, firstAttempts: 3, retries: 1);
        Count(queues, firstAttempts: 0, retries: 9);
        Assert.Equal((17, false), (queues.Of("default", Now).Starts, HasRoom(queues)));
        queues.RolledBack();
        Assert.Equal((4, true), (queues.Of("default", Now).Starts, HasRoom(queues)));

        Count(queues, firstAttempts: 0, retries: 1);
        queues.Committed();
        queues.RolledBack();
        Assert.Equal((5, false), (queues.Of("default", Now).Starts, HasRoom(queues)));
    }

    private static void Count(Queues queues, int firstAttempts, int retries)
    {
        var memory = queues.Of("default", Now);
        memory.Starts += firstAttempts + retries;
        memory.Budget = memory.Budget.After(Now, firstAttempts, retries);
    }

    private static bool HasRoom(Queues queues) => queues.HasRetryRoom("default", Now, RetryBudget.Share, RetryBudget.Window);
}
