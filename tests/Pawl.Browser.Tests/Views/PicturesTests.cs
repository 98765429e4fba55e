using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pawl.Browser.Tests.Views;

/// <summary>Takes pictures of the pages for somebody to look at: a picture shows what no assertion asks for.</summary>
public sealed class PicturesTests(Chromium chromium)
{
    private static readonly string[] Pages = ["", "jobs", "queues", "types", "workers", "recovery", "settings", "api-docs"];

    [Theory]
    [InlineData(ColorScheme.Light, false)]
    [InlineData(ColorScheme.Dark, false)]
    [InlineData(ColorScheme.Light, true)]
    [InlineData(ColorScheme.Dark, true)]
    public async Task Each_page_is_there_to_be_looked_at(ColorScheme scheme, bool busy)
    {
        await using var site = await Site.StartAsync();
        if (busy)
        {
            await site.AskAsync("POST", "api/queues/mail/pause", """{"reason":"deploy of the new templates"}""");
            for (var i = 0; i < 40; i++)
            {
                await site.AddAsync(new Demo(Say: $"job {i}"), new() { Queue = i % 3 == 0 ? "mail" : null, Priority = i % 5 * 20 });
            }

            var failed = await site.AddAsync(new Demo(Fail: ErrorCategory.InvalidInput));
            await site.Jobs.WaitAsync(failed, TestContext.Current.CancellationToken);
        }

        await using var visitor = await chromium.VisitAsync(site, scheme: scheme);
        var folder = Path.Combine(AppContext.BaseDirectory, "pictures");
        foreach (var path in Pages)
        {
            var page = await visitor.OpenAsync(path);
            await Expect(page.Locator(".live")).ToContainTextAsync("live");
            await Expect(page.Locator(".loading")).ToHaveCountAsync(0);
            await page.ScreenshotAsync(new()
            {
                Path = Path.Combine(folder, $"{(path.Length == 0 ? "overview" : path)}-{(busy ? "busy" : "empty")}-{scheme}.png"),
                FullPage = true,
            });
            Assert.Equal(0, await page.Locator(".trouble").CountAsync());
            await page.CloseAsync();
        }
    }
}
