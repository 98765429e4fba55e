using System.Reflection;
using Pawl.Sqlite;

namespace Pawl.Storage.Tests.OnlySqlite;

/// <summary>Callers that give up, and a writer that can do no more.</summary>
public sealed class WriterTests : IDisposable
{
    private readonly TempFolder _folder = TempFolder.InMemory();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Place => _folder["jobs.db"];

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 60_000)]
    public async Task Who_gives_up_is_let_go_at_once_and_what_had_not_begun_is_never_done()
    {
        await using var store = await OpenAsync(Place);
        var writer = WriterOf(store);
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        using var patience = new CancellationTokenSource();
        var done = new List<string>();
        var first = writer.WriteAsync(
            _ =>
            {
                begun.Set();
                goOn.Wait(Ct);
                done.Add("first");
                return 1;
            },
            patience.Token).AsTask();
        begun.Wait(Ct);
        var second = Add("second", patience.Token);
        var third = Add("third", Ct);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        goOn.Set();
        await third;

        Assert.Equal(["first", "third"], done);

        Task<int> Add(string name, CancellationToken cancellationToken) => writer.WriteAsync(
            _ =>
            {
                done.Add(name);
                return 0;
            },
            cancellationToken).AsTask();
    }

    private static Writer WriterOf(SqliteStore store) =>
        (Writer)typeof(SqliteStore).GetField("_writer", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(store)!;

    private static async Task<SqliteStore> OpenAsync(string path)
    {
        var store = SqliteStore.Open($"Data Source={path}");
        await store.MigrateAsync(apply: true, Ct);
        return store;
    }
}
