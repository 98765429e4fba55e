using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pawl.Browser.Tests;

/// <summary>Every page, in light and dark, with nothing in the store, with much going on and with a store that is away: nobody is kept out,
/// nothing breaks. With <c>PAWL_SCREENSHOTS</c> each leaves a picture in that folder.</summary>
public sealed partial class PagesTests(Chromium chromium)
{
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("PAWL_SCREENSHOTS");

    [Theory]
    [InlineData("empty", ColorScheme.Light)]
    [InlineData("empty", ColorScheme.Dark)]
    [InlineData("busy", ColorScheme.Light)]
    [InlineData("busy", ColorScheme.Dark)]
    [InlineData("broken", ColorScheme.Light)]
    [InlineData("broken", ColorScheme.Dark)]
    public async Task Everybody_can_use_every_page(string situation, ColorScheme scheme)
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site, scheme: scheme);
        var jobs = situation == "busy" ? await FillAsync(site) : [];
        var page = await visitor.OpenAsync();
        var paths = await page.Locator(".rail li a").EvaluateAllAsync<string[]>("links => links.map(link => link.pathname.slice(1))");
        if (situation == "busy")
        {
            var group = (string)(await site.ReadAsync("api/failures?window=24h"))["items"]![0]!["fingerprint"]!;
            paths =
            [
                .. paths, "queues/default", "types/demo", "workers/1", $"failures/{group}", "items/things?keys=good,unseen&key=bad",
                .. jobs.Select(id => $"jobs/{id}"),
            ];
        }
        else if (situation == "broken")
        {
            visitor.Expecting("status of 503");
            await visitor.Context.RouteAsync(ApiPath(), route => route.FulfillAsync(new()
            {
                Status = 503,
                ContentType = "application/problem+json",
                Body = """
                    {"type":"urn:pawl:problem:storage_unavailable","title":"The store does not answer","status":503,
                     "code":"storage_unavailable","detail":"The store does not answer at the moment.","request_id":"r-1","retryable":true}
                    """,
            }));
        }

        foreach (var path in paths)
        {
            await page.GotoAsync(new Uri(site.Url, path).ToString());
            await page.Locator("main h1").First.WaitForAsync();
            await Expect(page.Locator(".loading")).ToHaveCountAsync(0);
            if (path.StartsWith("items/", StringComparison.Ordinal))
            {
                await Expect(page.GetByText("needs re-run").First).ToBeVisibleAsync();
            }

            await PictureAsync(page, path.Length == 0 ? "overview" : path.Split('?')[0].Replace('/', '-'));
            await Visitor.AccessibleAsync(page);
        }

        if (situation == "busy" && Pictures is { Length: > 0 })
        {
            await page.GotoAsync(new Uri(site.Url, "jobs").ToString());
            await page.GetByRole(AriaRole.Link, new() { Name = $"{jobs[2]}", Exact = true }).ClickAsync();
            await Expect(page.Locator(".drawer .log-lines")).ToBeVisibleAsync();
            await PictureAsync(page, "job-over-jobs");
            await page.GetByRole(AriaRole.Button, new() { Name = "Run again…" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Group)).ToBeVisibleAsync();
            await PictureAsync(page, "run-again");
            await page.GotoAsync(new Uri(site.Url, "host").ToString());
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Log" }).First).ToBeVisibleAsync();
            await PictureAsync(page, "drawer");
        }

        foreach (var job in jobs)
        {
            site.Services.GetRequiredService<Gates>().Open(job);
        }

        async Task PictureAsync(IPage of, string name)
        {
            if (Pictures is { Length: > 0 } folder)
            {
                var file = $"{name}-{situation}-{scheme.ToString().ToLowerInvariant()}.png";
                await of.ScreenshotAsync(new() { Path = Path.Combine(folder, file) });
            }
        }
    }

    /// <summary>Jobs in every state, some with names that mean harm; items that stand, that do not, and that failed.</summary>
    private static async Task<List<JobId>> FillAsync(Site site)
    {
        var waits = await site.Jobs.EnqueueAsync(new Demo(Say: "<img src=x onerror=alert(1)> \u202Eevil", Wait: true), new()
        {
            Tags = new Dictionary<string, string> { ["repo"] = "</script><script>alert(1)</script>", ["emoji"] = "🦀 %2F .. /" },
            UniqueKey = "javascript:alert(1)",
        });
        await site.Services.GetRequiredService<Gates>().BegunAsync(waits.Id);
        foreach (var (keys, version) in new (string[], string)[] { (["old", "older"], "1"), (["good", "better", "bad"], "2") })
        {
            var things = await site.Jobs.EnqueueAsync(
                new Things(keys), new() { Versions = new Dictionary<string, string> { ["parser"] = version } });
            await site.Jobs.WaitAsync(things.Id, TestContext.Current.CancellationToken);
        }

        var later = await site.Jobs.EnqueueAsync(new Demo(), new() { Delay = TimeSpan.FromHours(2) });
        var failed = await site.Jobs.EnqueueAsync(new Demo(Fail: ErrorCategory.InvalidInput));
        await site.Jobs.WaitAsync(failed.Id, TestContext.Current.CancellationToken);
        var blocked = await site.Jobs.EnqueueAsync(new Demo(), new() { After = waits.Id });
        for (var i = 0; i < 20; i++)
        {
            await site.Jobs.EnqueueAsync(new Demo(Say: $"line {i}"));
        }

        await site.Jobs.EnqueueAsync("nobody.knows", Encoding.UTF8.GetBytes("""{"number":9007199254740993,"html":"<b>x</b>"}"""));
        return [waits.Id, later.Id, failed.Id, blocked.Id];
    }

    [GeneratedRegex("/api/(?!ui-config|session)")]
    private static partial Regex ApiPath();
}
