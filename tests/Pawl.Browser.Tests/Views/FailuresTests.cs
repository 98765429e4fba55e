using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pawl.Browser.Tests.Views;

/// <summary>What breaks, gathered by what is alike, and dealt with at once.</summary>
public sealed class FailuresTests(Chromium chromium)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task A_group_shows_its_stack_and_jobs_and_is_dismissed_at_once(ColorScheme scheme)
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site, scheme: scheme);
        for (var i = 0; i < 3; i++)
        {
            var made = await site.Jobs.EnqueueAsync(new Demo(Fail: ErrorCategory.InvalidInput), cancellationToken: Stop);
            await site.Jobs.WaitAsync(made.Id, Stop);
        }

        var page = await visitor.OpenAsync("failures");
        await Expect(page.Locator("main")).ToContainTextAsync("3 dead");
        await Visitor.AccessibleAsync(page);
        await page.GetByRole(AriaRole.Link, new() { Name = "told to fail" }).ClickAsync();
        await Expect(page.Locator(".stack-trace")).ToContainTextAsync("DemoHandler");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Its jobs" }).Locator("tbody tr")).ToHaveCountAsync(3);
        await Visitor.AccessibleAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Dismiss all…" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("3 of 3 would be dismissed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Dismiss 3" }).ClickAsync();

        await Expect(page.Locator(".toast")).ToContainTextAsync("3 dismissed");
        Assert.Equal(0, (await site.Jobs.CountsAsync("is:dead", cancellationToken: Stop)).Counts[JobState.Failed]);
    }

    [Fact]
    public async Task Nothing_failed_is_a_sentence()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        var page = await visitor.OpenAsync("failures");

        await Expect(page.Locator("main")).ToContainTextAsync("No failed attempt in 24 h.");
        await page.GotoAsync(new Uri(site.Url, "items").ToString());
        await Expect(page.Locator("main")).ToContainTextAsync("No job has kept a record of items yet.");
    }
}
