using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pawl.Browser.Tests;

/// <summary>The drawer of jobs inside a page of another application.</summary>
public sealed class DrawerTests(Chromium chromium)
{
    [Fact]
    public async Task A_page_of_the_host_shows_jobs_follows_them_and_stops_one()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        var page = await visitor.TabAsync("host");
        var drawer = page.GetByRole(AriaRole.Region, new() { Name = "Your jobs" });
        await Expect(drawer).ToContainTextAsync("Nothing runs.");

        var job = await site.Jobs.EnqueueAsync(
            new Demo(Say: "<b>hello</b>", Wait: true), cancellationToken: TestContext.Current.CancellationToken);
        await site.Services.GetRequiredService<Gates>().BegunAsync(job.Id);
        await Expect(drawer.GetByText("running")).ToBeVisibleAsync();
        await Expect(drawer.GetByRole(AriaRole.Progressbar)).ToHaveAttributeAsync("value", "0.5");
        await drawer.GetByRole(AriaRole.Button, new() { Name = "Log" }).ClickAsync();
        await Expect(drawer.GetByText("<b>hello</b>")).ToBeVisibleAsync();
        await Visitor.AccessibleAsync(page);

        await drawer.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(drawer.GetByText("cancelled")).ToBeVisibleAsync();
        await Expect(drawer.GetByRole(AriaRole.Button, new() { Name = "Retry" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_viewer_sees_jobs_and_no_buttons_to_change_them()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site, await site.KeyAsync("viewer"));
        var job = await site.Jobs.EnqueueAsync(new Demo(Wait: true), cancellationToken: TestContext.Current.CancellationToken);
        var page = await visitor.TabAsync("host");

        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Log" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Cancel" })).ToHaveCountAsync(0);
        site.Services.GetRequiredService<Gates>().Open(job.Id);
    }
}
