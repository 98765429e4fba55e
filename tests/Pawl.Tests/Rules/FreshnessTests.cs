using FsCheck.Fluent;

namespace Pawl.Tests.Rules;

public sealed class FreshnessTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static readonly ItemRow Never = new()
    {
        Dataset = "commits",
        Key = "a1",
        LastOutcome = ItemOutcome.Failed,
        JobId = new(1),
        Attempt = 1,
        UpdatedAt = Noon,
    };

    private static ItemRow Succeeded(string version, string? upstream = null) => Never with
    {
        Parts = PipelineVersion.Parse(version).ToDictionary(),
        UpstreamHash = upstream,
        LastOutcome = ItemOutcome.Succeeded,
        SucceededAt = Noon,
    };

    private static ItemRow Recorded(ItemNow then) => Never with
    {
        Parts = then.Parts.ToDictionary(),
        InputHash = then.InputHash,
        OptionsHash = then.OptionsHash,
        UpstreamHash = then.UpstreamHash,
        LastOutcome = ItemOutcome.Succeeded,
        SucceededAt = Noon,
    };

    private static ItemNow Parsed(string version) => new() { Parts = PipelineVersion.Parse(version).Only("parser") };

    private static ItemNow Cards(string version, string upstream) =>
        new() { Parts = PipelineVersion.Parse(version).Only("cards"), UpstreamHash = upstream };

    [Fact]
    public void After_the_first_run_both_stages_are_processed()
    {
        Assert.Equal(ItemStatus.Processed, Freshness.Of(Succeeded("parser-1.2"), Parsed("parser-1.2/cards-v1")).Status);
        Assert.Equal(ItemStatus.Processed, Freshness.Of(Succeeded("cards-v1", "out1"), Cards("parser-1.2/cards-v1", "out1")).Status);
    }

    [Fact]
    public void A_new_version_of_a_part_touches_only_the_stage_that_reads_it()
    {
        Assert.Equal(ItemStatus.Processed, Freshness.Of(Succeeded("parser-1.2"), Parsed("parser-1.2/cards-v2")).Status);

        var cards = Freshness.Of(Succeeded("cards-v1", "out1"), Cards("parser-1.2/cards-v2", "out1"));
        Assert.Equal(ItemStatus.NeedsRerun, cards.Status);
        Assert.Equal(ItemCause.Code, cards.Cause);
        Assert.Equal([new(ItemCause.Code, "cards", "v1", "v2")], cards.Changes);
        Assert.Equal("cards v1 → v2", cards.Changes[0].ToString());
    }

    [Fact]
    public void A_later_stage_stays_processed_until_the_earlier_one_gives_another_result()
    {
        const string version = "parser-1.3/cards-v1";
        var parsed = Freshness.Of(Succeeded("parser-1.2"), Parsed(version));
        Assert.Equal("parser 1.2 → 1.3", Assert.Single(parsed.Changes).ToString());

        // Before the new parse the upstream hash is the old one; after it, the same or another.
        Assert.Equal(ItemStatus.Processed, Freshness.Of(Succeeded("cards-v1", "out1"), Cards(version, "out1")).Status);
        Assert.Equal(ItemStatus.Processed, Freshness.Of(Succeeded("parser-1.3"), Parsed(version)).Status);

        var other = Freshness.Of(Succeeded("cards-v1", "out1"), Cards(version, "out2"));
        Assert.Equal(ItemStatus.NeedsRerun, other.Status);
        Assert.Equal(ItemCause.Upstream, other.Cause);
        Assert.Equal("upstream", Assert.Single(other.Changes).ToString());
    }

    [Fact]
    public void An_item_without_a_record_is_new()
    {
        var b2 = Freshness.Of(null, Parsed("parser-1.3/cards-v1"));
        Assert.Equal((ItemStatus.New, null, null), (b2.Status, b2.Cause, b2.LastOutcome));
        Assert.Empty(b2.Changes);
    }

    [Fact]
    public void An_item_that_never_succeeded_is_failed_whatever_has_changed()
    {
        var item = Freshness.Of(Never with { InputHash = "h1" }, new() { InputHash = "h2" });
        Assert.Equal((ItemStatus.Failed, null, ItemOutcome.Failed), (item.Status, item.Cause, item.LastOutcome));
        Assert.Empty(item.Changes);
    }

    [Fact]
    public void A_rerun_that_failed_shows_beside_the_freshness_of_the_old_result()
    {
        var past = Succeeded("cards-v1") with { LastOutcome = ItemOutcome.Failed };
        var fresh = Freshness.Of(past, Cards("cards-v1", null!));
        var stale = Freshness.Of(past, Cards("cards-v2", null!));
        Assert.Equal((ItemStatus.Processed, ItemOutcome.Failed), (fresh.Status, fresh.LastOutcome));
        Assert.Equal((ItemStatus.NeedsRerun, ItemOutcome.Failed), (stale.Status, stale.LastOutcome));
    }

    [Fact]
    public void Every_change_is_listed_and_the_first_is_the_cause()
    {
        var past = Succeeded("parser-1/cards-1", "u1") with { InputHash = "i1", OptionsHash = "o1" };
        var item = Freshness.Of(past, new()
        {
            Parts = PipelineVersion.Parse("cards-2/model-1/parser-1"),
            InputHash = "i2",
            OptionsHash = "o2",
            UpstreamHash = "u2",
        });
        Assert.Equal(ItemCause.Code, item.Cause);
        Assert.Equal(
            [
                new(ItemCause.Code, "cards", "1", "2"),
                new(ItemCause.Code, "model", null, "1"),
                new(ItemCause.Input, null, "i1", "i2"),
                new(ItemCause.Options, null, "o1", "o2"),
                new ItemChange(ItemCause.Upstream, null, "u1", "u2"),
            ],
            item.Changes);
        Assert.Equal("model none → 1", item.Changes[1].ToString());
    }

    [Fact]
    public void A_hash_that_was_not_recorded_is_a_change_and_one_that_is_not_asked_for_is_none()
    {
        Assert.Equal(ItemCause.Input, Freshness.Of(Succeeded("a-1"), new() { InputHash = "i" }).Cause);
        Assert.Equal(ItemStatus.Processed, Freshness.Of(Succeeded("a-1", "u") with { InputHash = "i" }, new()).Status);
    }

    [Fact]
    public void Freshness_keeps_its_laws()
    {
        var hash = Gen.Elements("a", "b", null);
        var parts = Gen.Elements("parser-1", "parser-2", "parser-1/cards-1", "parser-1/cards-2", "cards-1").Select(PipelineVersion.Parse);
        var now = from version in parts
                  from input in hash
                  from options in hash
                  from upstream in hash
                  select new ItemNow { Parts = version, InputHash = input, OptionsHash = options, UpstreamHash = upstream };
        var past = from then in now
                   from outcome in Gen.Elements(ItemOutcome.Succeeded, ItemOutcome.Failed)
                   from ever in Gen.Elements(true, false)
                   select Recorded(then) with
                   {
                       LastOutcome = outcome,
                       SucceededAt = ever || outcome == ItemOutcome.Succeeded ? Noon : null,
                   };
        Law.Holds(from then in past from today in now select (then, today), c =>
        {
            var item = Freshness.Of(c.then, c.today);
            var rerun = item.Status == ItemStatus.NeedsRerun;

            // What runs now is recorded as it is now, and is fresh at once: no item is processed forever.
            var after = Freshness.Of(Recorded(c.today), c.today);
            return (item.Status == ItemStatus.Failed) == (c.then.SucceededAt is null)
                && item.LastOutcome == c.then.LastOutcome
                && rerun == (item.Changes.Count > 0)
                && rerun == item.Cause.HasValue
                && (!rerun || item.Cause == item.Changes.Min(change => change.Cause))
                && item.Changes.All(change => change.From != change.To && change.To is not null)
                && item.Changes.Select(change => change.Cause).SequenceEqual(item.Changes.Select(change => change.Cause).Order())
                && after.Status == ItemStatus.Processed;
        });
    }

    [Theory]
    [InlineData(ItemStatus.New, null, "none failed all")]
    [InlineData(ItemStatus.NeedsRerun, ItemOutcome.Succeeded, "none failed all")]
    [InlineData(ItemStatus.NeedsRerun, ItemOutcome.Failed, "none failed all")]
    [InlineData(ItemStatus.Failed, ItemOutcome.Failed, "failed all")]
    [InlineData(ItemStatus.Processed, ItemOutcome.Failed, "failed all")]
    [InlineData(ItemStatus.Processed, ItemOutcome.Succeeded, "all")]
    public void What_runs_depends_on_status_last_outcome_and_force(ItemStatus status, ItemOutcome? last, string runsUnder)
    {
        var forces = Enum.GetValues<Force>().Where(force => Freshness.ShouldRun(status, last, force)).Select(Words.Of);
        Assert.Equal(runsUnder, string.Join(' ', forces));
    }

    [Theory]
    [InlineData(5, 2, 1, 0, "5 new, 2 already processed, 1 needs re-run")]
    [InlineData(1, 1, 1, 1, "1 new, 1 already processed, 1 needs re-run, 1 failed")]
    [InlineData(0, 2, 3, 0, "2 already processed, 3 needs re-run")]
    [InlineData(0, 0, 0, 4, "4 failed")]
    [InlineData(0, 0, 0, 0, "nothing to do")]
    public void A_summary_says_what_there_is(int fresh, int processed, int rerun, int failed, string text)
    {
        var statuses = Enumerable.Repeat(ItemStatus.New, fresh)
            .Concat(Enumerable.Repeat(ItemStatus.Processed, processed))
            .Concat(Enumerable.Repeat(ItemStatus.NeedsRerun, rerun))
            .Concat(Enumerable.Repeat(ItemStatus.Failed, failed));
        var summary = ItemSummary.Of(statuses);
        Assert.Equal(new ItemSummary(fresh, processed, rerun, failed), summary);
        Assert.Equal(text, summary.ToString());
    }
}
