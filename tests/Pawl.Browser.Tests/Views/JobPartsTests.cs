using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pawl.Browser.Tests.Views;

/// <summary>The parts of a job's page: its log, files, items, links and trail, and what is told of it when one is elsewhere.</summary>
public sealed class JobPartsTests(Chromium chromium)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_log_is_filtered_by_level_and_downloaded_as_it_is()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        var page = await visitor.OpenAsync($"jobs/{await DoneAsync(site)}");

        var lines = page.Locator(".log-lines");
        await Expect(lines).ToContainTextAsync("everything begins");
        await page.GetByLabel("Least level").SelectOptionAsync("warning");
        await Expect(lines).Not.ToContainTextAsync("everything begins");
        await Expect(lines).ToContainTextAsync("something is odd");

        var download = await page.RunAndWaitForDownloadAsync(
            () => page.GetByRole(AriaRole.Button, new() { Name = "Download" }).ClickAsync());
        var text = await File.ReadAllTextAsync(await download.PathAsync(), Stop);
        Assert.Contains("everything begins", text, StringComparison.Ordinal);
        Assert.Contains("something is odd", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_files_are_there_to_take_and_its_items_the_failed_ones_first()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        var page = await visitor.OpenAsync($"jobs/{await DoneAsync(site, "good", "bad")}");

        var items = page.GetByRole(AriaRole.Region, new() { Name = "Items" });
        await Expect(items.Locator("tbody tr").First).ToContainTextAsync("bad is no good");
        await Expect(items).ToContainTextAsync("1 failed · 1 succeeded");
        var file = page.GetByRole(AriaRole.Region, new() { Name = "Artifacts" }).GetByRole(AriaRole.Link, new() { Name = "things.txt" });
        var download = await page.RunAndWaitForDownloadAsync(() => file.ClickAsync());
        Assert.Equal("all of them", await File.ReadAllTextAsync(await download.PathAsync(), Stop));
    }

    [Fact]
    public async Task It_has_the_links_of_the_settings_and_an_admin_sees_who_did_what_with_it()
    {
        const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        await using var site = await Site.StartAsync(web => web.Links = new Dictionary<string, string>
        {
            ["Trace"] = "https://traces.example/{trace_id}?of={job_id}", ["Board"] = "https://board.example/{type}",
            ["Harm"] = "javascript:alert({job_id})",
        });
        await using var visitor = await chromium.VisitAsync(site);
        var id = await site.AddAsync(new Demo(), new() { Delay = TimeSpan.FromDays(30), Traceparent = $"00-{Trace}-00f067aa0ba902b7-01" });
        await site.AskAsync("PATCH", $"api/jobs/{id}", """{"priority":70}""", ifMatch: "*");
        var page = await visitor.OpenAsync($"jobs/{id}");

        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Trace" })).ToHaveAttributeAsync(
            "href", $"https://traces.example/{Trace}?of={id}");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Board" })).ToHaveAttributeAsync("href", "https://board.example/demo");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Harm" })).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Look into the audit trail" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Audit" }).GetByRole(AriaRole.Row).Nth(1))
            .ToContainTextAsync("key:admin");
        await Visitor.AccessibleAsync(page);
    }

    [Fact]
    public async Task Only_who_develops_has_everything_processed_again_by_force()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        var id = await DoneAsync(site, "good");
        var page = await visitor.OpenAsync($"jobs/{id}");
        await Expect(page.GetByLabel("Least level").Locator("option")).ToHaveCountAsync(4);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Force reprocess…" })).ToHaveCountAsync(0);

        await page.GotoAsync(new Uri(site.Url, "settings").ToString());
        await page.GetByLabel("Developer mode").CheckAsync();
        await page.GotoAsync(new Uri(site.Url, $"jobs/{id}").ToString());
        await Expect(page.GetByLabel("Least level").Locator("option")).ToHaveCountAsync(6);
        await page.GetByRole(AriaRole.Button, new() { Name = "Force reprocess…" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Process all again" }).ClickAsync();

        await Expect(page.Locator(".facts")).ToContainTextAsync($"Run again from{id}");
        await Expect(page.Locator(".job .chip").First).ToContainTextAsync("succeeded");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Items" })).ToContainTextAsync("1 succeeded");
    }

    [Fact]
    public async Task A_retry_that_another_job_stands_in_the_way_of_leads_to_that_job()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        visitor.Expecting("status of 409");
        var failed = await site.AddAsync(new Demo(Fail: ErrorCategory.ProviderError), new() { UniqueKey = "one", MaxAttempts = 1 });
        await site.Jobs.WaitAsync(failed, Stop);
        var other = await site.AddAsync(new Demo(), new() { UniqueKey = "one", Delay = TimeSpan.FromDays(30) });
        var page = await visitor.OpenAsync($"jobs/{failed}");

        await page.GetByRole(AriaRole.Button, new() { Name = "Retry…" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Retry", Exact = true }).ClickAsync();
        await dialog.GetByRole(AriaRole.Link, new() { Name = $"Show job {other}" }).ClickAsync();

        await Expect(page).ToHaveURLAsync(new Uri(site.Url, $"jobs/{other}").ToString());
        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(page.Locator(".job .chip").First).ToContainTextAsync("scheduled");
    }

    [Fact]
    public async Task How_a_job_ends_that_was_stopped_here_is_told_on_another_page()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        var id = await site.AddAsync(new Demo(Wait: true));
        await site.Services.GetRequiredService<Gates>().BegunAsync(id);
        var page = await visitor.OpenAsync($"jobs/{id}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel…" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Cancel the job" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Queues", Exact = true }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Log, new() { Name = "Notices" })).ToContainTextAsync("Cancelled after 1 of 2");
    }

    [Fact]
    public async Task What_a_model_says_is_shown_while_it_says_it_and_as_text()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        var id = await site.AddAsync(new Demo(Wait: true));
        await visitor.Context.RouteAsync(new Regex("/api/stream"), route => route.FulfillAsync(new()
        {
            ContentType = "text/event-stream",
            Body = """
                event: token
                data: {"attempt":1,"kind":"token","data":"Hello <b>"}

                event: token
                data: {"attempt":1,"kind":"token","data":"world</b>"}


                """.ReplaceLineEndings("\n"),
        }));
        var page = await visitor.OpenAsync($"jobs/{id}");

        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Stream" })).ToContainTextAsync("Hello <b>world</b>");
    }

    private static async Task<JobId> DoneAsync(Site site, params string[] keys)
    {
        var id = (await site.Jobs.EnqueueAsync(new Things(keys), cancellationToken: Stop)).Id;
        await site.Jobs.WaitAsync(id, Stop);
        return id;
    }
}
