using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pawl.Browser.Tests.Views;

/// <summary>A job, as a page and as a drawer: what it shows, and that each button does what it says.</summary>
public sealed class JobTests(Chromium chromium)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly TimeSpan Later = TimeSpan.FromDays(30);

    [Fact]
    public async Task A_running_job_shows_its_progress_and_log_and_stops_when_told()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        var id = (await site.Jobs.EnqueueAsync(new Demo(Say: "hello from inside", Wait: true), cancellationToken: Stop)).Id;
        await site.Services.GetRequiredService<Gates>().BegunAsync(id);
        var page = await visitor.OpenAsync($"jobs/{id}");

        await Expect(page.Locator(".job .chip").First).ToContainTextAsync("running");
        await Expect(page.GetByText("1 of 2")).ToBeVisibleAsync();
        await Expect(page.Locator(".log-lines")).ToContainTextAsync("hello from inside");
        await Visitor.SettledAsync(page);
        await page.Keyboard.PressAsync("c");
        await page.GetByLabel("Why").FillAsync("wrong repo");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the job" }).ClickAsync();

        await Expect(page.Locator(".job .chip").First).ToContainTextAsync("cancelled");
        await Expect(page.Locator(".facts")).ToContainTextAsync("wrong repo");
        Assert.Equal(JobState.Cancelled, (await site.Jobs.GetAsync(id, Stop)).State);
    }

    [Fact]
    public async Task A_final_error_is_tried_again_only_by_force()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        visitor.Expecting("status of 409");
        var id = await FailAsync(site);
        var page = await visitor.OpenAsync($"jobs/{id}");

        await Expect(page.Locator(".error-facts")).ToContainTextAsync("told to fail");
        await Visitor.SettledAsync(page);
        await page.Keyboard.PressAsync("r");
        var retry = page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Retry" });
        await retry.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("not_retryable");
        await page.GetByLabel("Force it").CheckAsync();
        await retry.ClickAsync();

        await Expect(page.Locator(".timeline li")).ToHaveCountAsync(2);
        await Expect(page.Locator(".events")).ToContainTextAsync("retried");
        Assert.Equal(2, (await site.Jobs.GetAsync(id, Stop)).Generation);
    }

    [Fact]
    public async Task It_runs_again_with_another_payload_as_a_new_job()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        var id = await FailAsync(site);
        var page = await visitor.OpenAsync($"jobs/{id}");

        await page.GetByRole(AriaRole.Button, new() { Name = "Run again…" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.GetByText("Payload", new() { Exact = false }).First).ToBeVisibleAsync();
        var json = dialog.GetByLabel("Payload as JSON");
        if (!await json.IsVisibleAsync())
        {
            await dialog.GetByRole(AriaRole.Button, new() { Name = "as JSON" }).ClickAsync();
        }

        await json.FillAsync("{");
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("no JSON");
        await json.FillAsync("""{"say":"all well"}""");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Run again" }).ClickAsync();

        await Expect(page.Locator(".job .chip").First).ToContainTextAsync("succeeded");
        await Expect(page.Locator(".facts")).ToContainTextAsync($"Run again from{id}");
        await Expect(page.Locator(".log-lines")).ToContainTextAsync("all well");
    }

    [Fact]
    public async Task A_change_that_came_first_is_shown_beside_ones_own()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        visitor.Expecting("status of 412");
        var id = (await site.Jobs.EnqueueAsync(new Demo(), new() { Delay = Later }, Stop)).Id;
        var page = await visitor.OpenAsync($"jobs/{id}");

        await page.GetByRole(AriaRole.Button, new() { Name = "Edit…" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Priority").FillAsync("77");
        await site.Jobs.EditAsync(id, new() { Queue = "slow" }, Stop);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Change it" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("Changed meanwhile");
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("slow");
        await Visitor.AccessibleAsync(page);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Keep mine, on top of it" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Change it" }).ClickAsync();

        await Expect(page.Locator(".facts")).ToContainTextAsync("77");
        var job = await site.Jobs.GetAsync(id, Stop);
        Assert.Equal((77, "slow"), (job.Priority, job.Queue));
    }

    [Fact]
    public async Task It_is_approved_dismissed_and_deleted_by_its_buttons()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        visitor.Expecting("status of 404");
        var held = (await site.Jobs.EnqueueAsync(new Demo(Fail: ErrorCategory.InvalidInput), new() { RequiresApproval = true }, Stop)).Id;
        var page = await visitor.OpenAsync($"jobs/{held}");

        await Expect(page.Locator(".why")).ToContainTextAsync("approv", new() { IgnoreCase = true });
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve…" }).ClickAsync();
        await Do(page, "Approve").ClickAsync();
        await Expect(page.Locator(".job .chip").First).ToContainTextAsync("failed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Dismiss…" }).ClickAsync();
        await page.GetByLabel("Note").FillAsync("known");
        await Do(page, "Dismiss").ClickAsync();
        await Expect(page.Locator(".job-head")).ToContainTextAsync("dismissed");
        await page.GetByRole(AriaRole.Button, new() { Name = "More" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete…" }).ClickAsync();
        await page.Locator("dialog input").FillAsync(held.ToString());
        await Do(page, "Delete").ClickAsync();

        await Expect(page).ToHaveURLAsync(new Uri(site.Url, "jobs").ToString());
        Assert.Null(await site.Jobs.FindAsync(held, Stop));
        await page.GotoAsync(new Uri(site.Url, $"jobs/{held}").ToString());
        await Expect(page.Locator("main")).ToContainTextAsync("deleted or is kept no longer");
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Hostile_names_are_text_and_nobody_is_kept_out(ColorScheme scheme)
    {
        const string Hostile = "\u202e<img src=x onerror=alert(1)>\"'; javascript:alert(1)";
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site, scheme: scheme);
        var id = (await site.Jobs.EnqueueAsync(
            new Demo(Say: Hostile, Fail: ErrorCategory.InvalidInput),
            new() { Tags = new Dictionary<string, string> { ["x"] = Hostile } }, Stop)).Id;
        await site.Jobs.WaitAsync(id, Stop);

        var page = await visitor.OpenAsync($"jobs/{id}");
        await Expect(page.Locator(".log-lines")).ToContainTextAsync("<img src=x");
        await Expect(page.Locator(".tags")).ToContainTextAsync("⟨202E⟩<img");
        Assert.Equal(0, await page.Locator("img").CountAsync());
        Assert.Equal(0, await page.Locator("a[href^='javascript:']").CountAsync());
        await Visitor.AccessibleAsync(page);
        await page.Locator(".tags a").ClickAsync();
        await Expect(page.Locator(".list .row")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Every_change_can_be_copied_for_a_shell()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        await visitor.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var id = await FailAsync(site);
        var page = await visitor.OpenAsync($"jobs/{id}");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Retry…" })).ToBeVisibleAsync();
        await Visitor.SettledAsync(page);
        using var alone = await chromium.ClipboardAsync();

        await page.Keyboard.PressAsync("r");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "curl" }).ClickAsync();

        await page.WaitForFunctionAsync(
            "async wanted => new RegExp(wanted).test(await navigator.clipboard.readText())",
            $"^curl -sS .*-X POST .*api/jobs/{id}/retry'$");
    }

    private static ILocator Do(IPage page, string name) =>
        page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static async Task<JobId> FailAsync(Site site)
    {
        var id = (await site.Jobs.EnqueueAsync(new Demo(Fail: ErrorCategory.InvalidInput), cancellationToken: Stop)).Id;
        await site.Jobs.WaitAsync(id, Stop);
        return id;
    }
}
