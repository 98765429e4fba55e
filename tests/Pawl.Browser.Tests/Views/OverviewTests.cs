using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pawl.Browser.Tests.Views;

/// <summary>The overview: is it well, and if not, where?</summary>
public sealed partial class OverviewTests(Chromium chromium, Databases databases)
{
    [Fact]
    public async Task What_takes_points_away_is_said_and_leads_to_its_page()
    {
        await using var site = await Site.StartAsync();
        await FailAsync(site, 3);
        await using var visitor = await chromium.VisitAsync(site);

        var page = await visitor.OpenAsync("");
        var health = page.GetByRole(AriaRole.Region, new() { Name = "Health" });
        await Expect(health).ToContainTextAsync("3 new dead letters in 24 h");
        await health.GetByRole(AriaRole.Link, new() { Name = "dead letters" }).ClickAsync();

        await Expect(page).ToHaveURLAsync(new Uri(site.Url, "jobs?query=is:dead").ToString());
    }

    [Fact]
    public async Task The_numbers_of_now_are_those_of_the_api_and_follow_what_happens()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        var page = await visitor.OpenAsync("");
        var now = page.GetByRole(AriaRole.Region, new() { Name = "Now" });
        await Expect(now.Locator("dl > div", new() { HasText = "Running" }).Locator("b")).ToHaveTextAsync("0");

        var job = await site.AddAsync(new Demo(Wait: true));
        await Gates(site).BegunAsync(job);

        await Expect(now.Locator("dl > div", new() { HasText = "Running" }).Locator("b")).ToHaveTextAsync("1");
        await Expect(now.GetByRole(AriaRole.Meter, new() { Name = "Slots in use" })).ToHaveAttributeAsync("aria-valuenow", "1");
        Gates(site).Open(job);
        await Expect(now.Locator("dl > div", new() { HasText = "Running" }).Locator("b")).ToHaveTextAsync("0");
    }

    [Fact]
    public async Task A_chart_is_read_as_a_table_too_and_each_of_its_points_opens_the_jobs_of_that_time()
    {
        await using var site = await Site.StartAsync();
        await FailAsync(site, 1);
        await using var visitor = await chromium.VisitAsync(site);

        var page = await visitor.OpenAsync("");
        var panel = page.GetByRole(AriaRole.Region, new() { Name = "Processing rate" });
        await Expect(panel.GetByRole(AriaRole.Img)).ToHaveAttributeAsync("aria-label", Summary());
        await panel.GetByRole(AriaRole.Button, new() { Name = "as table" }).ClickAsync();
        await panel.GetByRole(AriaRole.Row).Nth(2).GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page).ToHaveURLAsync(Ended());

        await page.GoBackAsync();
        await page.GetByRole(AriaRole.Region, new() { Name = "Processing rate" }).Locator(".u-over").ClickAsync();
        await Expect(page).ToHaveURLAsync(Ended());
    }

    [Fact]
    public async Task Dragging_over_a_chart_zooms_all_of_them_and_back_undoes_it()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);

        var page = await visitor.OpenAsync("?window=15m");
        var over = page.GetByRole(AriaRole.Region, new() { Name = "Error rate" }).Locator(".u-over");
        await Expect(page.Locator(".loading")).ToHaveCountAsync(0);
        var width = (await over.BoundingBoxAsync())!.Width;

        // Each looks anew where the chart is: what is read late moves it.
        await over.HoverAsync(new() { Position = new() { X = width / 4, Y = 20 } });
        await page.Mouse.DownAsync();
        await over.HoverAsync(new() { Position = new() { X = width / 3, Y = 20 } });
        await over.HoverAsync(new() { Position = new() { X = width / 2, Y = 20 } });
        await page.Mouse.UpAsync();

        await Expect(page).ToHaveURLAsync(Zoomed());
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Show the whole window again" })).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Expect(page).ToHaveURLAsync(new Uri(site.Url, "?window=15m").ToString());
    }

    [Fact]
    public async Task The_window_stands_in_the_address()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);

        var page = await visitor.OpenAsync("");
        await page.GetByRole(AriaRole.Button, new() { Name = "24 h" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Uri(site.Url, "?window=24h").ToString());
        await page.ReloadAsync();

        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "24 h" })).ToHaveAttributeAsync("aria-pressed", "true");
    }

    [Fact]
    public async Task What_waits_is_stacked_by_priority_and_a_paused_queue_goes_on_from_here()
    {
        await using var site = await Site.StartAsync();
        await site.AskAsync("POST", "api/queues/later/pause", """{"reason":"deploy"}""");
        await site.AddAsync(new Demo(), new() { Queue = "later", Priority = 70 });
        await site.AddAsync(new Demo(), new() { Queue = "later", Priority = -5 });
        await using var visitor = await chromium.VisitAsync(site);

        var page = await visitor.OpenAsync("");
        var depth = page.GetByRole(AriaRole.Region, new() { Name = "Queue depth by priority" });
        await Expect(depth.GetByRole(AriaRole.Button, new() { Name = "70" })).ToHaveAttributeAsync("aria-pressed", "true");
        await depth.GetByRole(AriaRole.Button, new() { Name = "−5" }).ClickAsync();
        await Expect(depth.GetByRole(AriaRole.Button, new() { Name = "−5" })).ToHaveAttributeAsync("aria-pressed", "false");
        var held = page.GetByRole(AriaRole.Region, new() { Name = "Waiting and held up" });
        await Expect(held).ToContainTextAsync("deploy");
        await held.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();

        await Expect(held.GetByRole(AriaRole.Button, new() { Name = "Resume" })).ToHaveCountAsync(0);
        Assert.Null((await site.ReadAsync("api/queues/later"))["paused_at"]);
    }

    [Fact]
    public async Task Types_are_sorted_by_their_times_and_failures_open_their_group()
    {
        await using var site = await Site.StartAsync();
        await FailAsync(site, 1);
        await using var visitor = await chromium.VisitAsync(site);

        var page = await visitor.OpenAsync("");
        var types = page.GetByRole(AriaRole.Region, new() { Name = "Time by type" });
        await types.GetByRole(AriaRole.Button, new() { Name = "Run p95" }).ClickAsync();
        await Expect(types.GetByRole(AriaRole.Columnheader, new() { Name = "Run p95" })).ToHaveAttributeAsync("aria-sort", "ascending");
        await Expect(types.GetByRole(AriaRole.Link, new() { Name = "demo" })).ToHaveAttributeAsync("href", "/jobs?query=type%3Ademo");
        var group = (string)(await site.ReadAsync("api/failures"))["items"]![0]!["fingerprint"]!;
        await page.GetByRole(AriaRole.Region, new() { Name = "Recent failures" })
            .GetByRole(AriaRole.Link, new() { Name = "told to fail" }).ClickAsync();

        await Expect(page).ToHaveURLAsync(new Uri(site.Url, $"failures/{group}").ToString());
    }

    [Fact]
    public async Task Of_nothing_there_is_no_rate_and_the_first_point_of_a_line_is_seen()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);

        var page = await visitor.OpenAsync("");
        var now = page.GetByRole(AriaRole.Region, new() { Name = "Now" });
        var rate = now.Locator("dl > div", new() { HasText = "Error rate" }).Locator("b");
        await Expect(rate).ToHaveTextAsync("–");
        var chart = page.GetByRole(AriaRole.Region, new() { Name = "Error rate" });
        await Expect(chart.GetByRole(AriaRole.Img)).ToHaveAttributeAsync("aria-label", NothingKnown());

        await FailAsync(site, 1);
        await Expect(rate).ToHaveTextAsync("100 %");
        await page.ReloadAsync();
        await Expect(chart.GetByRole(AriaRole.Img)).ToHaveAttributeAsync("aria-label", AllFailed());
        await page.WaitForFunctionAsync(IsPainted, "--failed");
    }

    [Fact]
    public async Task The_connections_of_PostgreSQL_have_a_gauge()
    {
        await using var site = await Site.StartAsync(Mount.Root, database: await databases.TakeAsync());
        await using var visitor = await chromium.VisitAsync(site);

        var page = await visitor.OpenAsync("");
        var gauge = page.GetByRole(AriaRole.Region, new() { Name = "Now" })
            .GetByRole(AriaRole.Meter, new() { Name = "Connections in use" });
        var pool = (await site.ReadAsync("api/stats"))["store"]!["pool"]!;

        await Expect(gauge).ToHaveAttributeAsync("aria-valuemax", pool["max"]!.ToString());
        await Expect(gauge).ToHaveAttributeAsync("aria-valuetext", OfThePool());
    }

    // Whether the chart of errors has a pixel of a colour.
    private const string IsPainted = """
        name => {
          const canvas = document.querySelector('section[aria-label="Error rate"] canvas');
          const probe = document.createElement('canvas').getContext('2d');
          probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
          probe.fillRect(0, 0, 1, 1);
          const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          for (let i = 0; i < data.length; i += 4) {
            if (data[i + 3] === 255 && data[i] === r && data[i + 1] === g && data[i + 2] === b) {
              return true;
            }
          }
          return false;
        }
        """;

    private static Gates Gates(Site site) => (Gates)site.Services.GetService(typeof(Gates))!;

    private static async Task FailAsync(Site site, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var job = await site.AddAsync(new Demo(Fail: ErrorCategory.InvalidInput));
            await site.Jobs.WaitAsync(job, TestContext.Current.CancellationToken);
        }
    }

    [GeneratedRegex("created: now .*failed: now")]
    private static partial Regex Summary();

    [GeneratedRegex(@"/jobs\?query=(ended%3A|ended:)")]
    private static partial Regex Ended();

    [GeneratedRegex("nothing known$")]
    private static partial Regex NothingKnown();

    [GeneratedRegex("now 100 %")]
    private static partial Regex AllFailed();

    [GeneratedRegex(@"^\d+ of \d+$")]
    private static partial Regex OfThePool();

    [GeneratedRegex(@"zoom=\d+-\d+")]
    private static partial Regex Zoomed();
}
