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
}
