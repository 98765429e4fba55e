using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pawl.Browser.Tests.Views;

/// <summary>The items of a dataset: what is new, what stands, what needs to be done again and why.</summary>
public sealed class ItemsTests(Chromium chromium)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_stands_what_does_not_and_why_is_said_against_what_runs_now_or_what_one_names()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        await DoneAsync(site, ["old"], new() { Versions = new Dictionary<string, string> { ["parser"] = "1" } });
        await DoneAsync(site, ["good", "bad"]);

        var page = await visitor.OpenAsync("items");
        await page.GetByRole(AriaRole.Link, new() { Name = "things" }).ClickAsync();

        await Expect(Row(page, "good")).ToContainTextAsync("processed");
        await Expect(Row(page, "old")).ToContainTextAsync("needs re-run code parser 1 → 2");
        await Expect(Row(page, "bad")).ToContainTextAsync("bad is no good");
        await Expect(page.Locator(".page-head").First).ToContainTextAsync("needs re-run 1");
        await Visitor.AccessibleAsync(page);

        await page.GetByLabel("Compare with versions").FillAsync("parser=1");
        await Expect(Row(page, "good")).ToContainTextAsync("needs re-run code parser 2 → 1");
        await Expect(Row(page, "old")).ToContainTextAsync("processed");

        await page.GetByLabel("Ask about keys").FillAsync("old, never seen");
        var asked = page.GetByRole(AriaRole.Region, new() { Name = "What you ask about" });
        await Expect(asked.GetByRole(AriaRole.Row, new() { Name = "never seen" })).ToContainTextAsync("new");
        await Expect(asked.GetByRole(AriaRole.Row, new() { Name = "old" })).ToContainTextAsync("processed");
        await page.ReloadAsync();
        await Expect(asked.GetByRole(AriaRole.Row, new() { Name = "never seen" })).ToContainTextAsync("new");
    }

    [Fact]
    public async Task Only_who_develops_may_have_an_item_done_again_by_force_and_a_new_job_does_it()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        var first = await DoneAsync(site, ["good"]);
        var page = await visitor.OpenAsync("items/things?key=good");
        var history = page.GetByRole(AriaRole.Region, new() { Name = "What happened to good" });
        await Expect(history.GetByRole(AriaRole.Link, new() { Name = $"{first}" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Force reprocess…" })).ToHaveCountAsync(0);

        await page.EvaluateAsync("localStorage.setItem('pawl.dev', 'on')");
        await page.ReloadAsync();
        await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "Input" })).ToBeVisibleAsync();
        await history.GetByRole(AriaRole.Button, new() { Name = "Force reprocess…" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Process again" }).ClickAsync();

        // The job ends by itself, and says what it made in its own words.
        var notice = page.GetByRole(AriaRole.Log, new() { Name = "Notices" });
        await Expect(notice).ToContainTextAsync("1 things made");
        await notice.GetByRole(AriaRole.Link, new() { Name = "open" }).ClickAsync();
        await Expect(page.Locator(".facts")).ToContainTextAsync($"Run again from{first}");
        Assert.Equal(2, (await site.ReadAsync("api/items/history?dataset=things&key=good"))["items"]!.AsArray().Count);
    }

    private static ILocator Row(IPage page, string key) => page.GetByRole(AriaRole.Region, new() { Name = "Items", Exact = true })
        .GetByRole(AriaRole.Row).Filter(new() { Has = page.GetByRole(AriaRole.Button, new() { Name = key, Exact = true }) });

    private static async Task<JobId> DoneAsync(Site site, IReadOnlyList<string> keys, EnqueueOptions? options = null)
    {
        var id = (await site.Jobs.EnqueueAsync(new Things(keys), options, Stop)).Id;
        await site.Jobs.WaitAsync(id, Stop);
        return id;
    }
}
