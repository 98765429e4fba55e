using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pawl.Browser.Tests;

/// <summary>The frame of all pages: where it is mounted, who may see it, how it looks.</summary>
public sealed class FrameTests(Chromium chromium)
{
    [Theory]
    [InlineData(Mount.Root)]
    [InlineData(Mount.Group)]
    [InlineData(Mount.PathBase)]
    [InlineData(Mount.Forwarded)]
    [InlineData(Mount.Silent)]
    public async Task It_works_below_any_prefix_by_deep_links_and_reloads(Mount mount)
    {
        await using var site = await Site.StartAsync(mount);
        await using var visitor = await chromium.VisitAsync(site, key: "");
        visitor.Expecting("status of 401").Expecting("status of 404");

        var page = await visitor.TabAsync("settings");
        await page.GetByLabel("Key or one-time code").FillAsync(site.Key);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Settings" })).ToBeVisibleAsync();
        await Expect(page.Locator(".live")).ToContainTextAsync("live");
        await Expect(page).ToHaveURLAsync(new Uri(site.Url, "settings").ToString());

        await page.GotoAsync(new Uri(site.Url, "no/such/page").ToString());
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No such page" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Settings" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Settings" })).ToBeVisibleAsync();
        await Expect(page).ToHaveURLAsync(new Uri(site.Url, "settings").ToString());
        await page.ReloadAsync();
        await Expect(page).ToHaveTitleAsync(new Regex("Settings · Pawl$"));
        await Expect(page.Locator(".live")).ToContainTextAsync("live");
    }

    [Fact]
    public async Task A_wrong_key_is_told_and_a_code_in_the_address_signs_in_once()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site, key: "");
        visitor.Expecting("status of 401");

        var page = await visitor.TabAsync("settings");
        await page.GetByLabel("Key or one-time code").FillAsync("pawl_k_wrong");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not (or no longer) known");

        var made = await visitor.Context.APIRequest.PostAsync(new Uri(site.Url, "api/login-codes").ToString(), new()
        {
            Headers = new Dictionary<string, string> { ["Authorization"] = $"Bearer {site.Key}" },
        });
        var code = made.Ok ? (await made.JsonAsync())!.Value.GetProperty("code").GetString() : throw new InvalidOperationException();
        var other = await visitor.TabAsync($"settings#code={code}");
        await Expect(other.GetByRole(AriaRole.Heading, new() { Name = "Settings" })).ToBeVisibleAsync();
        await Expect(other).Not.ToHaveURLAsync(new Regex("code"));

        await other.GetByTitle("Account").ClickAsync();
        await other.GetByRole(AriaRole.Menuitem, new() { Name = "Sign out" }).ClickAsync();
        await Expect(other.GetByLabel("Key or one-time code")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_theme_is_the_systems_until_one_is_chosen_and_stays()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site, scheme: ColorScheme.Dark);
        const string Ground = "background-color";

        var page = await visitor.OpenAsync();
        var root = page.Locator("html");
        await Expect(root).ToHaveCSSAsync(Ground, "rgb(17, 21, 24)");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show it light" }).ClickAsync();
        await Expect(root).ToHaveCSSAsync(Ground, "rgb(246, 247, 248)");
        await page.ReloadAsync();
        await Expect(root).ToHaveCSSAsync(Ground, "rgb(246, 247, 248)");
        await Visitor.SettledAsync(page);
        await page.Keyboard.PressAsync("t");
        await Expect(root).ToHaveCSSAsync(Ground, "rgb(17, 21, 24)");
    }

    [Fact]
    public async Task The_shell_is_there_after_few_requests()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        var asked = new ConcurrentQueue<string>();
        visitor.Context.Request += (_, request) => asked.Enqueue(request.Url);

        await visitor.OpenAsync();

        Assert.InRange(asked.Distinct().Count(), 4, 12);   // data may be read again by then
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Everybody_can_use_the_frame_the_help_and_the_login(ColorScheme scheme)
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site, scheme: scheme);
        await using var stranger = await chromium.VisitAsync(site, key: "", scheme: scheme);
        stranger.Expecting("status of 401");

        var page = await visitor.OpenAsync();
        await Expect(page.Locator(".live")).ToContainTextAsync("live");
        await Visitor.AccessibleAsync(page);
        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await Visitor.AccessibleAsync(page);
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Visitor.AccessibleAsync(await stranger.TabAsync("settings"));
    }

    [Theory]
    [InlineData(320, 640)]
    [InlineData(640, 400)]
    [InlineData(900, 700)]
    public async Task Nothing_hangs_over_the_side(int width, int height)
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site, width: width, height: height);

        var page = await visitor.OpenAsync();

        Assert.Equal(0, await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth"));
    }
}
