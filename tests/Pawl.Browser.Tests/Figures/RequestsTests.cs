using System.Collections.Concurrent;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pawl.Browser.Tests.Figures;

/// <summary>What a page asks for before it shows what one came for.</summary>
public sealed class RequestsTests(Chromium chromium)
{
    private const int Most = 12;

    [Fact]
    public async Task The_list_of_jobs_is_there_after_twelve_requests_at_most()
    {
        await using var site = await Site.StartAsync();
        await site.AddAsync(new Demo(), new() { Delay = TimeSpan.FromHours(1) });
        await using var visitor = await chromium.VisitAsync(site);
        var (asked, before) = (new ConcurrentQueue<string>(), new TaskCompletionSource<string[]>());
        visitor.Context.Request += (_, request) => asked.Enqueue(request.Url);
        visitor.Context.Console += (_, message) =>
        {
            // Said by the page at the moment in which the row is drawn: what is asked for later is not for the list.
            if (message.Text == "the list is there")
            {
                before.TrySetResult([.. asked]);
            }
        };
        await visitor.Context.AddInitScriptAsync("""
            new MutationObserver((_, watcher) => {
              if (document.querySelector('.list .row')) {
                watcher.disconnect();
                console.info('the list is there');
              }
            }).observe(document, { childList: true, subtree: true });
            """);

        var page = await visitor.OpenAsync("jobs");
        await Expect(page.Locator(".list .row")).ToHaveCountAsync(1);
        var urls = await before.Task.WaitAsync(TestContext.Current.CancellationToken);

        Assert.True(urls.Length <= Most, string.Join('\n', urls));
    }
}
