using System.Globalization;
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

    [Fact]
    public async Task The_page_of_the_host_tells_what_becomes_of_the_jobs_it_makes()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        visitor.Expecting("status of 409");
        var page = await visitor.TabAsync("host");
        var notices = page.GetByRole(AriaRole.Log, new() { Name = "Notices" });
        await Expect(page.GetByText("Nothing runs.")).ToBeVisibleAsync();

        var id = await EnqueueAsync("{ type: 'demo', payload: { wait: true }, unique_key: 'once', concurrency_key: 'alone' }");
        await Expect(notices).ToContainTextAsync("Processing queued");
        await EnqueueAsync("{ type: 'demo', payload: { wait: true }, unique_key: 'once', concurrency_key: 'alone' }");
        await Expect(notices).ToContainTextAsync("Job already running");
        await EnqueueAsync("{ type: 'demo', payload: {}, concurrency_key: 'alone', on_busy: 'reject' }");
        await Expect(notices).ToContainTextAsync("Another process is running");
        await Expect(notices.GetByRole(AriaRole.Link, new() { Name = "show it" })).ToHaveAttributeAsync("href", $"/jobs/{id}");
        site.Services.GetRequiredService<Gates>().Open(new(long.Parse(id, CultureInfo.InvariantCulture)));
        await Expect(notices).ToContainTextAsync("demo succeeded");

        await EnqueueAsync("{ type: 'things', payload: { keys: ['a', 'b'] } }");
        await Expect(notices).ToContainTextAsync("2 things made");
        await Visitor.AccessibleAsync(page);

        Task<string> EnqueueAsync(string draft) => page.EvaluateAsync<string>(
            $"async () => (await document.querySelector('pawl-drawer').enqueue({draft}))?.id ?? ''");
    }
}
