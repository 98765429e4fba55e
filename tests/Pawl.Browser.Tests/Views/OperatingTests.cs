using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Pawl.Storage;
using static Microsoft.Playwright.Assertions;

namespace Pawl.Browser.Tests.Views;

/// <summary>Queues, types, workers and recovery: each button does what it says.</summary>
public sealed class OperatingTests(Chromium chromium)
{
    [Theory]
    [InlineData("queues", "mail")]
    [InlineData("types", "demo")]
    public async Task A_pause_says_why_and_until_when_and_a_resume_ends_it(string noun, string name)
    {
        await using var site = await Site.StartAsync();
        await site.AskAsync("POST", "api/queues/mail/resume");
        await site.AddAsync(new Demo(), new() { Queue = "mail", Delay = TimeSpan.FromHours(1) });
        await using var visitor = await chromium.VisitAsync(site);

        var page = await visitor.OpenAsync($"{noun}/{name}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause…" }).ClickAsync();
        await page.GetByLabel("Reason").FillAsync("<b>deploy</b>");
        await page.GetByLabel("How long").SelectOptionAsync("3600000");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause", Exact = true }).ClickAsync();

        await Expect(page.Locator(".notice").First).ToContainTextAsync("by key:admin: <b>deploy</b>");
        var paused = await site.ReadAsync($"api/{noun}/{name}");
        Assert.Equal("<b>deploy</b>", (string)paused["pause_reason"]!);
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Pause…" })).ToBeVisibleAsync();
        Assert.Null((await site.ReadAsync($"api/{noun}/{name}"))["paused_at"]);
    }

    [Fact]
    public async Task Workers_that_went_longAgo_are_folded_away()
    {
        await using var site = await Site.StartAsync();
        var (store, longAgo) = (site.Services.GetRequiredService<IJobStore>(), TimeProvider.System.GetUtcNow().AddHours(-1));
        var facts = new WorkerFacts { Name = "bygone", Host = "elsewhere", Pid = 7, Version = "1.0", Slots = 3 };
        var id = await store.RegisterAsync(facts, longAgo, TestContext.Current.CancellationToken);
        await store.HeartbeatAsync(
            new() { WorkerId = id, Beat = 1, Now = longAgo, Leaving = true }, TestContext.Current.CancellationToken);
        await using var visitor = await chromium.VisitAsync(site);

        var page = await visitor.OpenAsync("workers");
        await Expect(page.GetByText("1 worker gone for more than 10 minutes")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Table, new() { Name = "Workers", Exact = true })).Not.ToContainTextAsync("bygone");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "bygone" })).ToBeHiddenAsync();
        await page.GetByText("1 worker gone for more than 10 minutes").ClickAsync();

        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "bygone" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Limits_are_saved_and_who_was_faster_is_shown()
    {
        await using var site = await Site.StartAsync();
        await site.AddAsync(new Demo(), new() { Queue = "mail", Delay = TimeSpan.FromHours(1) });
        await using var visitor = await chromium.VisitAsync(site);
        visitor.Expecting("status of 412").Expecting("status of 400");

        var page = await visitor.OpenAsync("queues/mail");
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit…" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Running at once").FillAsync("many");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("type_mismatch");

        await site.AskAsync("PUT", "api/queues/mail/limits", """{"max_running":3}""", ifMatch: "*");
        await dialog.GetByLabel("Running at once").FillAsync("8");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("Changed meanwhile: Running at once is now 3");
        Assert.Equal(3, (int)(await site.ReadAsync("api/queues/mail"))["max_running"]!);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Limits" }).Locator("dd").First).ToHaveTextAsync("8");
        Assert.Equal(8, (int)(await site.ReadAsync("api/queues/mail"))["max_running"]!);
    }

    [Fact]
    public async Task A_worker_shows_what_it_runs_and_takes_nothing_new_once_it_drains()
    {
        await using var site = await Site.StartAsync();
        var gates = site.Services.GetRequiredService<Gates>();
        var job = await site.AddAsync(new Demo(Wait: true));
        await gates.BegunAsync(job);
        var id = (string)(await site.ReadAsync("api/workers"))["items"]![0]!["id"]!;
        await using var visitor = await chromium.VisitAsync(site);

        var page = await visitor.OpenAsync("workers");
        await page.GetByRole(AriaRole.Table).GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(page).ToHaveURLAsync(new Uri(site.Url, $"workers/{id}").ToString());
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Runs now" }).GetByRole(AriaRole.Link, new() { Name = job.ToString() }))
            .ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Drain…" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Drain", Exact = true }).ClickAsync();

        await Expect(page.Locator(".page-head .chip")).ToHaveTextAsync("draining");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Drain…" })).ToHaveCountAsync(0);
        Assert.Equal("draining", (string)(await site.ReadAsync($"api/workers/{id}"))["state"]!);
        gates.Open(job);
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Runs now" })).ToContainTextAsync("It runs nothing now.");
    }

    [Fact]
    public async Task A_recovery_shows_what_it_would_do_before_it_does_it()
    {
        await using var site = await Site.StartAsync();
        var job = await site.AddAsync(new Demo(Fail: ErrorCategory.InvalidInput));
        await site.Jobs.WaitAsync(job, TestContext.Current.CancellationToken);
        await using var visitor = await chromium.VisitAsync(site);

        var page = await visitor.OpenAsync("recovery");
        await page.GetByRole(AriaRole.Button, new() { Name = "Look, change nothing" }).ClickAsync();
        var look = page.GetByRole(AriaRole.Region, new() { Name = "What it would take now" });
        await Expect(look.GetByRole(AriaRole.Status)).ToHaveTextAsync("Would recover 0 and skip 1.");
        await Expect(look.GetByRole(AriaRole.Link, new() { Name = job.ToString() })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Recover…" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Run" }).ClickAsync();

        await Expect(look.GetByRole(AriaRole.Status)).ToContainTextAsync("Job recovery completed");
        var last = (await site.ReadAsync("api/recovery"))["runs"]![0]!;
        Assert.False((bool)last["dry_run"]!);
        var runs = page.GetByRole(AriaRole.Region, new() { Name = "Last runs" });
        await Expect(runs.GetByRole(AriaRole.Row).Nth(1)).ToContainTextAsync("by hand");
    }
}
