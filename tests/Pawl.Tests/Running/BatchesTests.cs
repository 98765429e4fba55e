using Pawl.Running;
using Pawl.Testing;

namespace Pawl.Tests.Running;

public sealed class BatchesTests
{
    [Fact]
    public async Task A_listener_that_throws_is_told_of_and_makes_nothing_stored_twice()
    {
        var stored = new List<int>();
        var heard = new List<int>();
        var unheard = new List<(int, string)>();
        using var batches = new Batches<int, string>(new ManualClock(), 10)
        {
            Call = (items, _) =>
            {
                stored.AddRange(items);
                return new([.. items.Select(item => $"{item} stored")]);
            },
            Answered = (item, _) =>
            {
                heard.Add(item);
                if (item == 2)
                {
                    throw new InvalidOperationException("no ears");
                }
            },
            Failed = (item, error) => Assert.Fail($"{item}: {error}"),
            Troubled = (_, _, error) => Assert.Fail($"{error}"),
            Cured = static () => { },
            Unheard = (item, error) => unheard.Add((item, error.Message)),
        };
        batches.Add(1);
        batches.Add(2);
        batches.Add(3);
        batches.Close();

        await batches.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal([1, 2, 3], stored);
        Assert.Equal([1, 2, 3], heard);
        Assert.Equal([(2, "no ears")], unheard);
        Assert.Equal(0, batches.Pending);
    }

    [Fact]
    public async Task Whatever_a_listener_throws_the_rest_is_stored_and_stored_once()
    {
        var clock = new ManualClock();
        var told = new List<string>();
        var stored = new List<int>();
        var away = 1;
        using var batches = new Batches<int, string>(clock, 10)
        {
            Call = (items, _) =>
            {
                if (away-- > 0)
                {
                    throw new PawlException("storage_unavailable", "away");
                }

                if (items.Contains(2))
                {
                    throw new ArgumentException("never");
                }

                stored.AddRange(items);
                return new([.. items.Select(item => $"{item}")]);
            },
            Answered = (item, _) => Throw($"answered {item}"),
            Failed = (item, _) => Throw($"failed {item}"),
            Stored = () => Throw("stored"),
            Troubled = (_, _, _) => Throw("troubled"),
            Cured = () => Throw("cured"),
            Unheard = (item, _) => Throw($"unheard {item}"),
        };
        batches.Add(1);
        batches.Add(2);
        batches.Add(3);
        var loop = batches.RunAsync(TestContext.Current.CancellationToken);
        clock.AdvanceToNextTimer();
        batches.Add(4);
        batches.Close();
        await loop.WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);

        Assert.Equal([1, 3, 4], stored);
        Assert.Equal(0, batches.Pending);
        Assert.Superset(
            new HashSet<string> { "answered 1", "unheard 1", "failed 2", "answered 3", "answered 4", "stored", "troubled", "cured" },
            told.ToHashSet());

        void Throw(string what)
        {
            told.Add(what);
            throw new InvalidOperationException(what);
        }
    }

    [Fact]
    public async Task One_that_fails_while_others_get_by_never_holds_them_up_and_is_given_up()
    {
        var clock = new ManualClock();
        var stored = new List<int>();
        var failed = new List<(int, string)>();
        var tries = 0;
        using var batches = new Batches<int, string>(clock, 10)
        {
            Call = (items, _) =>
            {
                if (items.Contains(13))
                {
                    tries++;
                    throw new PawlException("storage_unavailable", "the row is damaged");
                }

                stored.AddRange(items);
                return new([.. items.Select(item => $"{item}")]);
            },
            Answered = static (_, _) => { },
            Failed = (item, error) => failed.Add((item, error.Message)),
            Troubled = static (_, _, _) => { },
            Cured = static () => { },
        };
        var loops = new OneByOne();
        var loop = loops.StartAsync(() => batches.RunAsync(TestContext.Current.CancellationToken));
        batches.Add(13);
        for (var n = 0; n < 3; n++)
        {
            await loops.QuietAsync();
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        for (var n = 100; n < 160; n++)
        {
            await loops.QuietAsync();
            clock.Advance(TimeSpan.FromSeconds(1));
            batches.Add(n);
            await loops.QuietAsync();
            Assert.Equal(n, stored[^1]);
        }

        batches.Close();
        await loop.WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);

        Assert.Equal([(13, "the row is damaged")], failed);
        Assert.Equal(Enumerable.Range(100, 60), stored);
        Assert.InRange(tries, 5, 20);
    }

    [Fact]
    public async Task A_hurry_ends_the_loop_while_the_store_is_away_and_tells_of_all_that_is_left()
    {
        using var hurry = new CancellationTokenSource();
        var abandoned = new List<int>();
        using var batches = Away(abandoned, () => { });
        var loops = new OneByOne();
        batches.Add(1);
        batches.Add(2);
        batches.Expect();
        var loop = loops.StartAsync(() => batches.RunAsync(hurry.Token));
        await loops.QuietAsync();
        batches.Add(3);
        batches.Close();
        await hurry.CancelAsync();
        await loop.WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);
        batches.AddExpected(4);
        batches.Add(5);

        Assert.Equal([1, 2, 3, 4, 5], abandoned);
        Assert.Equal(5, batches.Pending);
    }

    [Fact]
    public async Task A_hurry_ends_the_wait_for_one_that_is_expected()
    {
        using var hurry = new CancellationTokenSource();
        var abandoned = new List<int>();
        using var batches = Away(abandoned, () => Assert.Fail("There is nothing to store."));
        var loops = new OneByOne();
        batches.Expect();
        batches.Close();
        var loop = loops.StartAsync(() => batches.RunAsync(hurry.Token));
        await loops.QuietAsync();
        Assert.False(loop.IsCompleted);
        await hurry.CancelAsync();
        await loop.WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);

        Assert.Empty(abandoned);
        Assert.Equal(1, batches.Pending);
    }

    [Fact]
    public void A_fault_that_nobody_knows_is_no_outage()
    {
        Assert.False(StoreFaults.IsOutage(new System.Text.Json.JsonException("damaged")));
        Assert.False(StoreFaults.IsOutage(new InvalidOperationException("ours")));
        Assert.False(StoreFaults.IsOutage(new PawlException("not_our_database", "another program's")));
        Assert.True(StoreFaults.IsOutage(new PawlException("storage_full", "full")));
        Assert.True(StoreFaults.IsOutage(new TimeoutException()));
        Assert.True(StoreFaults.IsOutage(new IOException()));
        Assert.True(StoreFaults.IsOutage(new Microsoft.Data.Sqlite.SqliteException("locked", 5)));
    }

    private static Batches<int, string> Away(List<int> abandoned, Action asked) => new(new ManualClock(), 1)
    {
        Call = (_, _) =>
        {
            asked();
            throw new PawlException("storage_unavailable", "away");
        },
        Answered = static (_, _) => { },
        Failed = (item, error) => Assert.Fail($"{item}: {error}"),
        Troubled = static (_, _, _) => { },
        Cured = static () => { },
        Abandoned = abandoned.Add,
    };
}
