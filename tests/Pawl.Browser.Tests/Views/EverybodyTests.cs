using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pawl.Browser.Tests.Views;

/// <summary>What holds for each page that shows how the installation is: for eyes, hands, roles and names of all kinds.</summary>
public sealed class EverybodyTests(Chromium chromium)
{
    private const string Hostile = "\u202e<img src=x onerror=alert(1)>';--";

    private static readonly string[] Pages =
        ["", "queues", "queues/mail", "types", "types/demo", "workers", "workers/1", "recovery", "settings", "api-docs"];

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Nobody_is_kept_from_using_a_page(ColorScheme scheme)
    {
        await using var site = await BusyAsync();
        await using var visitor = await chromium.VisitAsync(site, scheme: scheme);

        foreach (var path in Pages)
        {
            var page = await visitor.OpenAsync(path);
            await SettledAsync(page);
            await Visitor.AccessibleAsync(page);
            await page.CloseAsync();
        }
    }

    [Fact]
    public async Task Dialogs_keep_nobody_out_either()
    {
        await using var site = await BusyAsync();
        await using var visitor = await chromium.VisitAsync(site);

        foreach (var (path, button) in new[] { ("queues/mail", "Edit…"), ("types/demo", "Pause…"), ("settings", "New key…") })
        {
            var page = await visitor.OpenAsync(path);
            await page.GetByRole(AriaRole.Button, new() { Name = button }).First.ClickAsync();
            await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
            await Visitor.AccessibleAsync(page);
            await page.CloseAsync();
        }
    }

    [Fact]
    public async Task Nothing_hangs_over_the_side_of_a_small_window()
    {
        await using var site = await BusyAsync();
        await using var visitor = await chromium.VisitAsync(site, width: 320, height: 640);

        foreach (var path in Pages)
        {
            var page = await visitor.OpenAsync(path);
            await SettledAsync(page);
            var over = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");
            Assert.True(over <= 0, $"{path} is {over} px too wide.");
            await page.CloseAsync();
        }
    }

    [Fact]
    public async Task Who_only_looks_has_no_buttons_that_change_things_and_is_refused()
    {
        await using var site = await BusyAsync();
        var key = await site.KeyAsync("viewer");
        await using var visitor = await chromium.VisitAsync(site, key);

        foreach (var path in Pages)
        {
            var page = await visitor.OpenAsync(path);
            await SettledAsync(page);
            foreach (var name in (string[])["Pause…", "Resume", "Edit…", "Drain…", "Recover…", "New key…", "Delete…"])
            {
                await Expect(page.GetByRole(AriaRole.Button, new() { Name = name })).ToHaveCountAsync(0);
            }

            await page.CloseAsync();
        }

        foreach (var (verb, path, body) in new (string, string, string?)[]
        {
            ("POST", "api/queues/mail/pause", null), ("POST", "api/queues/mail/resume", null), ("PUT", "api/queues/mail/limits", "{}"),
            ("POST", "api/types/demo/pause", null), ("POST", "api/workers/1/drain", null), ("POST", "api/recovery", null),
            ("GET", "api/keys", null), ("POST", "api/keys", """{"name":"x","role":"admin"}"""), ("DELETE", "api/keys/1", null),
            ("GET", "api/audit", null),
        })
        {
            Assert.Equal(403, (await site.AskAsync(verb, path, body, key)).Status);
        }
    }

    [Fact]
    public async Task Names_of_any_kind_are_shown_as_text()
    {
        await using var site = await BusyAsync();
        await using var visitor = await chromium.VisitAsync(site);

        var page = await visitor.OpenAsync("queues/mail");
        await Expect(page.Locator(".notice").First).ToContainTextAsync("⟨202E⟩<img src=x onerror=alert(1)>';--");
        await page.GotoAsync(new Uri(site.Url, "").ToString());
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Waiting and held up" })).ToContainTextAsync("⟨202E⟩<img");
        await page.GotoAsync(new Uri(site.Url, "settings").ToString());
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Audit" })).ToContainTextAsync("⟨202E⟩<img");
        Assert.Equal(0, await page.EvaluateAsync<int>("document.querySelectorAll('img').length"));
    }

    [Fact]
    public async Task Everything_is_done_by_the_keyboard_alone()
    {
        await using var site = await BusyAsync();
        await site.AskAsync("POST", "api/queues/mail/resume");
        await using var visitor = await chromium.VisitAsync(site);

        var page = await visitor.OpenAsync("");
        await page.Keyboard.TypeAsync("gq");   // one right after the other: the first is soon forgotten
        await Expect(page).ToHaveURLAsync(new Uri(site.Url, "queues").ToString());
        var link = page.GetByRole(AriaRole.Table).GetByRole(AriaRole.Link, new() { Name = "mail" });
        await TabToAsync(page, link);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(new Uri(site.Url, "queues/mail").ToString());
        var pause = page.GetByRole(AriaRole.Button, new() { Name = "Pause…" });
        await TabToAsync(page, pause);
        await page.Keyboard.PressAsync("Enter");
        await TabToAsync(page, page.GetByLabel("Reason"));
        await page.Keyboard.TypeAsync("by hand");
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Expect(page.Locator(".notice").First).ToContainTextAsync("by hand");
    }

    [Theory]
    [InlineData(500, true)]
    [InlineData(503, false)]
    public async Task A_panel_that_cannot_be_read_says_so_in_its_place_and_goes_on_when_it_can(int status, bool byHand)
    {
        await using var site = await BusyAsync();
        await using var visitor = await chromium.VisitAsync(site);
        visitor.Expecting($"status of {status}");
        var broken = true;
        await visitor.Context.RouteAsync("**/api/queues", route => broken
            ? route.FulfillAsync(new()
            {
                Status = status,
                ContentType = "application/problem+json",
                Headers = new Dictionary<string, string> { ["Retry-After"] = "1" },
                Body = """{"code":"storage_unavailable","title":"No store","detail":"The store does not answer.","request_id":"r-1"}""",
            })
            : route.ContinueAsync());

        var page = await visitor.OpenAsync("");
        var held = page.GetByRole(AriaRole.Region, new() { Name = "Waiting and held up" });
        await Expect(held.GetByRole(AriaRole.Alert)).ToContainTextAsync("storage_unavailable · r-1");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Now" })).ToContainTextAsync("Queued");
        broken = false;
        if (byHand)
        {
            // Not by the mouse: an event may have it read again before the pointer is there, and then the button is gone.
            await held.EvaluateAsync(
                "panel => [...panel.querySelectorAll('button')].find(one => one.textContent === 'Try again')?.click()");
        }

        await Expect(held).ToContainTextAsync("paused");
    }

    private static async Task TabToAsync(IPage page, ILocator wanted)
    {
        await wanted.WaitForAsync();
        for (var i = 0; i < 60; i++)
        {
            if (await wanted.EvaluateAsync<bool>("one => one === document.activeElement"))
            {
                return;
            }

            await page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail("The focus does not come there.");
    }

    private static async Task SettledAsync(IPage page)
    {
        await Expect(page.Locator(".live")).ToContainTextAsync("live");
        await Expect(page.Locator(".loading")).ToHaveCountAsync(0);
    }

    /// <summary>A paused queue with jobs in it, one that failed, and one that runs.</summary>
    private static async Task<Site> BusyAsync()
    {
        var site = await Site.StartAsync();
        await site.AskAsync("POST", "api/queues/mail/pause", $$"""{"reason":"{{Hostile}}"}""");
        await site.AddAsync(new Demo(), new() { Queue = "mail", Priority = 70 });
        var failed = await site.AddAsync(new Demo(Fail: ErrorCategory.InvalidInput));
        await site.Jobs.WaitAsync(failed, TestContext.Current.CancellationToken);
        var running = await site.AddAsync(new Demo(Wait: true));
        await site.Services.GetRequiredService<Gates>().BegunAsync(running);
        return site;
    }
}
