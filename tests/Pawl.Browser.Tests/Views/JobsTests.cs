using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pawl.Browser.Tests.Views;

/// <summary>The list of jobs: found, followed, chosen, and dealt with by the hundred.</summary>
public sealed class JobsTests(Chromium chromium)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly TimeSpan Later = TimeSpan.FromDays(30);

    [Fact]
    public async Task A_query_is_completed_and_keeps_every_letter_while_jobs_change()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        visitor.Expecting("status of 400");   // who types slowly asks for half a word too
        var made = await site.Jobs.EnqueueAsync(new Demo(Fail: ErrorCategory.InvalidInput), cancellationToken: Stop);
        await site.Jobs.WaitAsync(made.Id, Stop);
        var page = await visitor.OpenAsync("jobs");
        await Expect(Rows(page)).ToHaveCountAsync(1);
        await Visitor.SettledAsync(page);

        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("sta");
        await Expect(page.GetByRole(AriaRole.Option)).Not.ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await Expect(Box(page)).ToHaveValueAsync("state:");
        const string Rest = "failed type:demo";
        foreach (var letter in Rest)
        {
            await page.Keyboard.TypeAsync(letter.ToString());
            await site.Jobs.EnqueueAsync(new Demo(), cancellationToken: Stop);
        }

        await Expect(Box(page)).ToHaveValueAsync($"state:{Rest}");
        await Expect(page).ToHaveURLAsync(new Regex("query=state:failed"));
        await Expect(Rows(page)).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task What_the_server_cannot_read_is_underlined_and_the_rows_stay()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        visitor.Expecting("status of 400");
        await site.Jobs.EnqueueAsync(new Demo(), cancellationToken: Stop);
        var page = await visitor.OpenAsync("jobs");
        await Expect(Rows(page)).ToHaveCountAsync(1);

        await Box(page).FillAsync("state:live quue:mail");
        await page.Keyboard.PressAsync("Escape");

        await Expect(page.Locator(".mirror mark")).ToHaveTextAsync("quue:mail");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("character 11");
        await Expect(Rows(page)).ToHaveCountAsync(1);
        await Visitor.AccessibleAsync(page);
    }

    [Fact]
    public async Task Nothing_matches_and_the_term_that_takes_most_away_is_dropped()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        await site.Jobs.EnqueueAsync(new Demo(), new() { Delay = Later }, Stop);
        var page = await visitor.OpenAsync("jobs?query=state:scheduled queue:nowhere");

        await page.GetByRole(AriaRole.Button, new() { Name = "Drop queue:nowhere" }).ClickAsync();

        await Expect(Rows(page)).ToHaveCountAsync(1);
        await Expect(Box(page)).ToHaveValueAsync("state:scheduled");
        await page.GetByRole(AriaRole.Group, new() { Name = "States" }).GetByRole(AriaRole.Button, new() { Name = "failed" }).ClickAsync();
        await Expect(Box(page)).ToHaveValueAsync("state:failed");
        await page.GoBackAsync();
        await Expect(Box(page)).ToHaveValueAsync("state:scheduled");
    }

    [Fact]
    public async Task A_new_row_does_not_move_the_one_under_the_pointer()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        await site.Jobs.EnqueueAsync(new Demo(), new() { Delay = Later }, Stop);
        var page = await visitor.OpenAsync("jobs");
        await Expect(page.Locator(".live")).ToContainTextAsync("live");
        await Rows(page).First.HoverAsync();

        var second = (await site.Jobs.EnqueueAsync(new Demo(), new() { Delay = Later }, Stop)).Id;

        var fresh = page.GetByRole(AriaRole.Button, new() { Name = "1 new" });
        await Expect(fresh).ToBeVisibleAsync();
        await Expect(Rows(page)).ToHaveCountAsync(1);

        // Not by the mouse: on its way it leaves the list, which may then be put in order before it is there.
        await fresh.DispatchEventAsync("click");
        await Expect(Rows(page)).ToHaveCountAsync(2);
        await Expect(Rows(page).First).ToContainTextAsync(second.ToString());
    }

    [Fact]
    public async Task A_job_that_came_between_the_reading_of_the_list_and_the_first_word_of_the_stream_is_shown()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        var go = new TaskCompletionSource();
        await visitor.Context.RouteAsync("**/api/stream*", async route =>
        {
            await go.Task;
            await route.ContinueAsync().ContinueWith(static _ => { }, TaskScheduler.Default);   // the page may have asked anew meanwhile
        });
        var page = await visitor.OpenAsync("jobs");
        await Expect(page.Locator(".loading")).ToHaveCountAsync(0);
        await Expect(Rows(page)).ToHaveCountAsync(0);

        await site.Jobs.EnqueueAsync(new Demo(), new() { Delay = Later }, Stop);
        go.SetResult();

        await Expect(Rows(page)).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_job_that_was_told_while_the_list_was_read_is_shown()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        var told = await visitor.OpenAsync("jobs");
        await Expect(told.Locator(".live")).ToContainTextAsync("live");
        var page = await visitor.OpenAsync("settings");
        var (read, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await page.RouteAsync("**/api/jobs?*", async route =>
        {
            var reply = await route.FetchAsync();
            read.TrySetResult();
            await go.Task;
            await route.FulfillAsync(new() { Response = reply });
        });
        await page.GetByRole(AriaRole.Link, new() { Name = "Jobs", Exact = true }).ClickAsync();
        await read.Task;

        await site.Jobs.EnqueueAsync(new Demo(), new() { Delay = Later }, Stop);
        await Expect(Rows(told)).ToHaveCountAsync(1);
        go.SetResult();

        await Expect(Rows(page)).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task All_that_match_are_dismissed_after_a_look_at_what_would_happen()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        await FailAsync(site, 5);
        var page = await visitor.OpenAsync("jobs?query=state:failed");
        await Expect(Rows(page)).ToHaveCountAsync(5);

        await page.GetByRole(AriaRole.Checkbox).First.ClickAsync();
        await Rows(page).Nth(2).ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Expect(page.GetByRole(AriaRole.Toolbar)).ToContainTextAsync("3 jobs selected");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^select all") }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Dismiss…" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("5 of 5 would be dismissed");
        await Visitor.AccessibleAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Dismiss 5" }).ClickAsync();

        await Expect(page.Locator(".toast")).ToContainTextAsync("5 dismissed");
        Assert.Equal(0, (await site.Jobs.CountsAsync("is:dead", cancellationToken: Stop)).Counts[JobState.Failed]);
    }

    [Fact]
    public async Task Deleting_many_asks_for_their_number()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        await FailAsync(site, 3);
        var page = await visitor.OpenAsync("jobs?query=state:failed");

        await page.GetByRole(AriaRole.Checkbox).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^select all") }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete…" }).ClickAsync();
        var delete = page.GetByRole(AriaRole.Button, new() { Name = "Delete 3" });
        await Expect(delete).ToBeDisabledAsync();
        await page.Locator("dialog input").FillAsync("3");
        await delete.ClickAsync();

        await Expect(page.Locator(".toast")).ToContainTextAsync("3 deleted");
        await Expect(page.GetByText("No job matches.")).ToBeVisibleAsync();
        Assert.Empty((await site.Jobs.ListAsync(cancellationToken: Stop)).Jobs);
    }

    [Fact]
    public async Task The_list_needs_nothing_but_keys()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        var ids = await FailAsync(site, 3);
        var page = await visitor.OpenAsync("jobs");
        await Expect(Rows(page)).ToHaveCountAsync(3);
        await Visitor.SettledAsync(page);

        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("x");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("x");
        await Expect(page.GetByRole(AriaRole.Toolbar)).ToContainTextAsync("2 jobs selected");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(new Regex($"jobs/{ids[1]}$"));
        await page.Keyboard.PressAsync("j");
        await Expect(page).ToHaveURLAsync(new Regex($"jobs/{ids[0]}$"));
        await Expect(page.Locator(".drawer h1")).ToContainTextAsync(ids[0].ToString());
        await Visitor.AccessibleAsync(page);
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".drawer")).ToHaveCountAsync(0);
        await Expect(page).ToHaveURLAsync(new Uri(site.Url, "jobs").ToString());
        await Expect(page.Locator(".row.current")).ToContainTextAsync(ids[0].ToString());
    }

    [Fact]
    public async Task Columns_widths_and_views_are_kept()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        await site.Jobs.EnqueueAsync(new Demo(), new() { Tags = new Dictionary<string, string> { ["repo"] = "acme/app" } }, Stop);
        var page = await visitor.OpenAsync("jobs?query=tag:repo");

        await page.GetByRole(AriaRole.Button, new() { Name = "Columns" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitemcheckbox, new() { Name = "Tags" }).ClickAsync();
        await Expect(Rows(page).First).ToContainTextAsync("repo:acme/app");
        await page.GetByRole(AriaRole.Separator, new() { Name = "Width of Type" }).FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await page.GetByRole(AriaRole.Button, new() { Name = "Views" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Keep this view…" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("Acme");
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep", Exact = true }).ClickAsync();
        var width = await page.GetByRole(AriaRole.Separator, new() { Name = "Width of Type" }).GetAttributeAsync("aria-valuenow");

        await page.GotoAsync(new Uri(site.Url, "jobs").ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Views" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitemcheckbox, new() { Name = "Acme" }).ClickAsync();

        await Expect(Box(page)).ToHaveValueAsync("tag:repo");
        await Expect(Rows(page).First).ToContainTextAsync("repo:acme/app");
        await Expect(page.GetByRole(AriaRole.Separator, new() { Name = "Width of Type" })).ToHaveAttributeAsync("aria-valuenow", width!);
    }

    [Fact]
    public async Task However_long_the_list_few_rows_are_in_the_page()
    {
        const int Many = 700;
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        await site.Jobs.EnqueueManyAsync(
            Enumerable.Range(0, Many).Select(_ => new Demo()).ToList(), new() { Delay = Later }, Stop);
        var page = await visitor.OpenAsync("jobs");
        await Expect(Rows(page)).Not.ToHaveCountAsync(0);

        var last = page.Locator(".row", new() { HasText = "1/" }).Or(page.GetByRole(AriaRole.Link, new() { Name = "1", Exact = true }));
        while (!await last.First.IsVisibleAsync())
        {
            await page.EvaluateAsync("document.querySelector('.list').scrollTop += 2000; new Promise(requestAnimationFrame)");
            Assert.InRange(await page.EvaluateAsync<int>("document.querySelectorAll('.list *').length"), 1, 600);
        }

        await page.EvaluateAsync("document.querySelector('.list').scrollTop = 0");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = $"{Many}", Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_list_that_stays_open_while_jobs_come_in_does_not_grow()
    {
        const int Many = 1_300;
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        await site.Jobs.EnqueueAsync(new Demo(), new() { Delay = Later }, Stop);
        var page = await visitor.OpenAsync("jobs");
        await Expect(page.Locator(".live")).ToContainTextAsync("live");
        await Expect(Rows(page)).ToHaveCountAsync(1);

        await site.Jobs.EnqueueManyAsync(
            Enumerable.Range(1, Many).Select(_ => new Demo()).ToList(), new() { Delay = Later }, Stop);

        await Expect(page.GetByRole(AriaRole.Link, new() { Name = $"{Many + 1}", Exact = true })).ToBeVisibleAsync();
        await page.WaitForFunctionAsync(
            "most => Number(document.querySelector('.list-body').style.getPropertyValue('--rows')) <= most",
            Many / 2,
            new() { Timeout = 90_000 });
    }

    [Fact]
    public async Task Rows_far_down_a_list_are_read_again_too()
    {
        const int Many = 250;
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        await site.Jobs.EnqueueManyAsync(
            Enumerable.Range(0, Many).Select(_ => new Demo()).ToList(), new() { Delay = Later }, Stop);

        // A stream that says, each time it is asked, that all must be read again, and no more.
        await visitor.Context.RouteAsync("**/api/stream?*", static route => route.FulfillAsync(new()
        {
            ContentType = "text/event-stream", Body = "event: reset\ndata: {\"reason\":\"slow\"}\n\n",
        }));
        var page = await visitor.OpenAsync("jobs");
        await Expect(Rows(page)).Not.ToHaveCountAsync(0);
        var first = Rows(page).Filter(new() { Has = page.GetByRole(AriaRole.Link, new() { Name = "1", Exact = true }) });
        while (!await first.IsVisibleAsync())
        {
            await page.EvaluateAsync("document.querySelector('.list').scrollTop += 2000; new Promise(requestAnimationFrame)");
        }

        await site.Jobs.CancelAsync(new JobId(1), cancellationToken: Stop);

        await Expect(first).ToContainTextAsync("cancelled", new() { Timeout = 90_000 });
    }

    [Fact]
    public async Task Who_only_looks_can_choose_nothing()
    {
        await using var site = await Site.StartAsync();
        await FailAsync(site, 1);
        await using var visitor = await chromium.VisitAsync(site, await site.KeyAsync("viewer"));
        var page = await visitor.OpenAsync("jobs");

        await Expect(Rows(page)).ToHaveCountAsync(1);
        await Visitor.SettledAsync(page);
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("x");
        await Expect(page.GetByRole(AriaRole.Checkbox)).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".drawer h1")).ToBeVisibleAsync();
        await Expect(page.Locator(".job-actions button")).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Nobody_is_kept_from_using_the_list(ColorScheme scheme)
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site, scheme: scheme);
        await FailAsync(site, 2);
        var page = await visitor.OpenAsync("jobs");
        await Expect(Rows(page)).ToHaveCountAsync(2);

        await page.GetByRole(AriaRole.Checkbox).First.ClickAsync();
        await Visitor.AccessibleAsync(page);
        await page.Keyboard.PressAsync("/");
        await Expect(page.GetByRole(AriaRole.Option)).Not.ToHaveCountAsync(0);
        await Visitor.AccessibleAsync(page);
        await page.SetViewportSizeAsync(320, 640);
        await page.WaitForFunctionAsync("() => document.documentElement.scrollWidth <= innerWidth");
    }

    private static ILocator Rows(IPage page) => page.Locator(".list .row");

    private static ILocator Box(IPage page) => page.GetByRole(AriaRole.Combobox, new() { Name = "Find jobs" });

    private static async Task<List<JobId>> FailAsync(Site site, int count)
    {
        var ids = new List<JobId>();
        for (var i = 0; i < count; i++)
        {
            ids.Add((await site.Jobs.EnqueueAsync(new Demo(Fail: ErrorCategory.InvalidInput), cancellationToken: Stop)).Id);
            await site.Jobs.WaitAsync(ids[^1], Stop);
        }

        return ids;
    }
}
