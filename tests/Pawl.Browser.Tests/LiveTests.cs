using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pawl.Browser.Tests;

/// <summary>Live updates: one stream for all tabs, over restarts, and never in the way of somebody who types.</summary>
public sealed partial class LiveTests(Chromium chromium)
{
    [Fact]
    public async Task Eight_tabs_share_one_stream_and_go_on_when_its_tab_is_closed()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        var tabs = new List<IPage>();
        for (var i = 0; i < 8; i++)
        {
            tabs.Add(await visitor.OpenAsync());
        }

        foreach (var tab in tabs)
        {
            await Expect(tab.Locator(".live")).ToContainTextAsync("live");
        }

        var leader = await LeaderAsync(tabs);
        tabs.Remove(leader);
        await leader.CloseAsync();
        await LeaderAsync(tabs);
        await site.Jobs.EnqueueAsync(new Demo(Fail: ErrorCategory.InvalidInput), cancellationToken: TestContext.Current.CancellationToken);
        foreach (var tab in tabs)
        {
            await Expect(tab).ToHaveTitleAsync(new System.Text.RegularExpressions.Regex("^● "));
        }
    }

    [Fact]
    public async Task A_restart_of_the_server_needs_no_reload()
    {
        await using var site = await Site.StartAsync(Mount.Root, port: Keeper.FreePort());
        await using var visitor = await chromium.VisitAsync(site);
        visitor.ExpectingAnOutage();
        var page = await visitor.OpenAsync();
        await Expect(page.Locator(".live")).ToContainTextAsync("live");
        await page.EvaluateAsync("window.notReloaded = true");

        await site.StopAsync();
        await Expect(page.Locator(".live")).ToContainTextAsync("reconnecting");
        await site.StartAgainAsync();
        await Expect(page.Locator(".live")).ToContainTextAsync("live");
        await site.Jobs.EnqueueAsync(new Demo(Fail: ErrorCategory.InvalidInput), cancellationToken: TestContext.Current.CancellationToken);
        await Expect(page).ToHaveTitleAsync(new System.Text.RegularExpressions.Regex("^● "));

        Assert.True(await page.EvaluateAsync<bool>("window.notReloaded"));
    }

    [Fact]
    public async Task Where_no_stream_is_to_be_had_pages_are_read_again_and_again_until_there_is_one()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        visitor.Expecting("status of 503");
        const string Stream = "**/api/stream?*";
        await visitor.Context.RouteAsync(Stream, route => route.FulfillAsync(new() { Status = 503, Body = "Nobody streams here." }));
        var page = await visitor.OpenAsync("jobs");
        await Expect(page.Locator(".live")).ToContainTextAsync(Polling(), new() { Timeout = 90_000 });

        var job = await site.AddAsync(new Demo(Fail: ErrorCategory.InvalidInput));
        var row = page.GetByRole(AriaRole.Row, new() { Name = job.ToString() });
        await Expect(row).ToContainTextAsync("failed", new() { Timeout = 90_000 });
        await Expect(page).ToHaveTitleAsync(Failing(), new() { Timeout = 90_000 });

        await visitor.Context.UnrouteAsync(Stream);
        await Expect(page.Locator(".live")).ToHaveTextAsync("live", new() { Timeout = 90_000 });
    }

    [Fact]
    public async Task Behind_a_proxy_that_holds_streams_back_pages_stay_fresh_and_say_how_old_they_are()
    {
        await using var site = await Site.StartAsync(Mount.Holding);
        await using var visitor = await chromium.VisitAsync(site);
        var page = await visitor.OpenAsync("jobs");
        await Expect(page.Locator(".live")).ToContainTextAsync(Polling(), new() { Timeout = 90_000 });

        var job = await site.AddAsync(new Demo(Fail: ErrorCategory.InvalidInput));
        var row = page.GetByRole(AriaRole.Row, new() { Name = job.ToString() });
        await Expect(row).ToContainTextAsync("failed", new() { Timeout = 90_000 });
        await Expect(page).ToHaveTitleAsync(Failing(), new() { Timeout = 90_000 });
    }

    [Fact]
    public async Task A_pause_holds_until_it_is_ended()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        var page = await visitor.OpenAsync();
        await Expect(page.Locator(".live")).ToContainTextAsync("live");

        await page.Keyboard.PressAsync("L");
        await Expect(page.Locator(".live")).ToContainTextAsync("paused");
        await page.Keyboard.PressAsync("L");
        await Expect(page.Locator(".live")).ToContainTextAsync("live");
    }

    [Fact]
    public async Task What_is_typed_stays_while_ticks_arrive()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        var page = await visitor.OpenAsync();
        await Expect(page.Locator(".live")).ToContainTextAsync("live");
        var box = page.GetByRole(AriaRole.Searchbox);
        await page.Keyboard.PressAsync("/");
        const string Text = "state:failed type:demo \"some words\" -tag.env:test";

        foreach (var letter in Text)
        {
            await site.Jobs.EnqueueAsync(new Demo(), cancellationToken: TestContext.Current.CancellationToken);
            await page.Keyboard.TypeAsync(letter.ToString());
        }

        await Expect(box).ToHaveValueAsync(Text);
        await Expect(box).ToBeFocusedAsync();
    }

    [Fact]
    public async Task It_works_by_a_name_on_plain_http()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site, key: "");
        visitor.Expecting("status of 401");
        var address = new UriBuilder(site.Url) { Host = "jobs.test" }.Uri;

        var page = await visitor.TabAsync(new Uri(address, "settings").ToString());
        Assert.False(await page.EvaluateAsync<bool>("isSecureContext"));
        await page.GetByLabel("Key or one-time code").FillAsync(site.Key);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".live")).ToContainTextAsync("live");
        using var alone = await chromium.ClipboardAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy as curl" }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Copied");
    }

    [Fact]
    public async Task The_host_stops_although_somebody_watches()
    {
        var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        visitor.ExpectingAnOutage();
        var page = await visitor.OpenAsync();
        await Expect(page.Locator(".live")).ToContainTextAsync("live");

        await site.StopAsync();   // fails where the host waits for its streams: see there

        await site.DisposeAsync();
    }

    [GeneratedRegex(@"^polling, data from \d+ s ago$")]
    private static partial Regex Polling();

    [GeneratedRegex("^● ")]
    private static partial Regex Failing();

    /// <summary>The one tab that has the stream.</summary>
    private static async Task<IPage> LeaderAsync(IReadOnlyList<IPage> tabs)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90), TimeProvider.System);
        while (true)
        {
            var leaders = new List<IPage>();
            foreach (var tab in tabs)
            {
                if (await tab.EvaluateAsync<bool>("'leads' in document.documentElement.dataset"))
                {
                    leaders.Add(tab);
                }
            }

            if (leaders.Count == 1)
            {
                return leaders[0];
            }

            limit.Token.ThrowIfCancellationRequested();
        }
    }
}
