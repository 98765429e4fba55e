namespace Pawl.Storage.Tests;

public abstract partial class JobStoreSpec
{
    // No column of a text holds the first everywhere, and no UTF-8 the others.
    private const string Broken = "a\0b\ud83dc\ude00d\U0001F600e";
    private const string Mended = "a\ufffdb\ufffdc\ufffdd\U0001F600e";

    [Fact]
    public async Task A_text_that_no_database_holds_is_kept_mended()
    {
        var job = await RunningAsync(Plain with { Kind = Broken, RequestedBy = Broken, Circuit = Broken, Traceparent = Broken });
        var id = job.Lease.Job;

        await SaveAsync(new AttemptSave { Lease = job.Lease, Progress = new JobProgress { Message = Broken } });
        await SaveItemsAsync(job, Item("a1") with
        {
            InputHash = Broken,
            Metrics = new Dictionary<string, double> { [Broken] = 2 },
        });
        await Store.CancelAsync(new CancelRequest { Ids = [id], Now = Now, By = Broken, Reason = Broken }, Ct);
        var ended = await EndAsync(Success(job) with { Degraded = Broken });

        Assert.Equal((Mended, Mended, Mended, Mended), (ended.Kind, ended.RequestedBy, ended.Circuit, ended.Traceparent));
        Assert.Equal((Mended, Mended), (ended.Progress?.Message, ended.Degraded));
        Assert.Equal((Mended, Mended), (ended.CancelRequestedBy, ended.CancelReason));
        Assert.Equal(Mended, Assert.Single(await Store.ItemsAsync("commits", ["a1"], Ct))?.InputHash);
        Assert.Equal(KeyValuePair.Create(Mended, 2.0), Assert.Single((await TreeAsync(id)).Metrics));
        Assert.Equal(Mended, Assert.Single(await EventsAsync(id), told => told.Kind == EventKind.CancelRequested).Actor);
    }

    [Fact]
    public async Task A_job_whose_error_no_database_holds_as_text_fails_with_that_error_all_the_same()
    {
        var job = await RunningAsync();
        var error = Error() with { Message = Broken, Stack = Broken, Exception = Broken };

        await EndAsync(Failure(job) with { Error = error, Rule = Broken });

        var kept = (await JobAsync(job.Lease.Job)).Error;
        Assert.StartsWith("a", kept?.Message, StringComparison.Ordinal);
        Assert.Equal(kept?.Message, Assert.Single(await AttemptsAsync(job.Lease.Job)).Error?.Message);
        Assert.Equal(Mended, Assert.Single(await AttemptsAsync(job.Lease.Job)).Rule);
    }

    [Theory]
    [InlineData("""{"to":"a\u0000b"}""")]
    [InlineData("""{"to":"\ud83d","\u0000":1}""")]
    public async Task A_payload_is_kept_to_the_letter(string payload)
    {
        var job = await RunningAsync(Plain with { Payload = Json(payload) });

        Assert.Equal(payload, Text(job.Payload));
        Assert.Equal(payload, Text((await JobAsync(job.Lease.Job)).Payload));
        await EndAsync(Success(job) with { Result = Json(payload) });
        Assert.Equal(payload, Text((await JobAsync(job.Lease.Job)).Result ?? default));
    }

    [Fact]
    public async Task A_log_is_kept_to_the_byte()
    {
        var job = await RunningAsync();
        byte[] line = [.. "a\0b"u8, 0xED, 0xA0, 0x80, (byte)'\n'];

        await SaveAsync(new AttemptSave { Lease = job.Lease, Log = line });

        Assert.Equal(line, (await Store.LogAsync(new LogQuery(job.Lease.Job), Ct)).Text.ToArray());
    }

    [Fact]
    public async Task A_word_of_a_person_that_no_database_holds_stops_no_command()
    {
        var id = await FailedAsync();
        await Store.DismissAsync(new DismissRequest([id], true, Now, Broken, Broken), Ct);
        await Store.PauseAsync(new PauseRequest("default", null, true, Now, Broken, Broken), Ct);
        await Store.RecordAsync([new Fact(EventKind.Health, Actor: Broken, Reason: Broken, Title: Broken, Data: Broken)], Now, Ct);

        Assert.NotNull((await JobAsync(id)).DismissedAt);
        Assert.Equal(Mended, (await EventsAsync(id))[^1].Reason);
        Assert.Equal(Mended, (await EventsAsync())[^1].Title);
    }
}
