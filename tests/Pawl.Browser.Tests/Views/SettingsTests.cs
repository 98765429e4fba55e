using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pawl.Browser.Tests.Views;

/// <summary>The settings, and the page of the API.</summary>
public sealed partial class SettingsTests(Chromium chromium)
{
    [Fact]
    public async Task A_key_is_shown_once_works_and_is_refused_when_it_is_gone()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);

        var page = await visitor.OpenAsync("settings");
        await page.GetByRole(AriaRole.Button, new() { Name = "New key…" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Name").FillAsync("ci");
        await dialog.GetByLabel("Role").SelectOptionAsync("submitter");
        await dialog.GetByLabel("Types").FillAsync("mail.*, demo");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make it" }).ClickAsync();
        var key = await page.Locator(".secret").InnerTextAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "I have it" }).ClickAsync();

        await Expect(page.Locator(".secret")).ToHaveCountAsync(0);
        Assert.Equal("submitter", (string)(await site.AskAsync("GET", "api/ui-config", key: key)).Body!["role"]!);
        var row = page.GetByRole(AriaRole.Region, new() { Name = "Keys" }).GetByRole(AriaRole.Row, new() { Name = "ci" });
        await Expect(row).ToContainTextAsync("mail.*, demo");
        await row.GetByRole(AriaRole.Button, new() { Name = "Delete the key ci" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await Expect(row).ToHaveCountAsync(0);
        Assert.Equal(401, (await site.AskAsync("GET", "api/ui-config", key: key)).Status);
    }

    [Fact]
    public async Task The_last_key_that_administers_stays()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        visitor.Expecting("status of 409");

        var page = await visitor.OpenAsync("settings");
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete the key admin" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Alert)).ToContainTextAsync("last_admin_key");
    }

    [Fact]
    public async Task The_audit_begins_with_the_newest_however_many_there_are()
    {
        await using var site = await Site.StartAsync();
        for (var i = 0; i < 60; i++)
        {
            await site.AskAsync("POST", $"api/queues/q{i}/pause");
        }

        await using var visitor = await chromium.VisitAsync(site);
        var page = await visitor.OpenAsync("settings");
        var audit = page.GetByRole(AriaRole.Region, new() { Name = "Audit" });

        await Expect(audit.GetByRole(AriaRole.Row).Nth(1)).ToContainTextAsync("q59");
        await Expect(audit.GetByRole(AriaRole.Row)).ToHaveCountAsync(51);
        await audit.GetByRole(AriaRole.Button, new() { Name = "More" }).ClickAsync();
        await Expect(audit.GetByRole(AriaRole.Row).Last).ToContainTextAsync("key.add");
        await audit.GetByLabel("Only of one actor").FillAsync("first start");
        await audit.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();
        await Expect(audit.GetByRole(AriaRole.Row)).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task What_is_chosen_for_this_browser_stays_in_it()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);

        var page = await visitor.OpenAsync("settings");
        await page.GetByLabel("Density").SelectOptionAsync("roomy");
        await page.GetByLabel("Times in").SelectOptionAsync("Asia/Tokyo");
        await page.GetByLabel("Developer mode").CheckAsync();
        await page.GetByLabel("Single letters are shortcuts").UncheckAsync();
        await page.ReloadAsync();

        await Expect(page.GetByLabel("Density")).ToHaveValueAsync("roomy");
        await Expect(page.GetByLabel("Developer mode")).ToBeCheckedAsync();
        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        var made = DateTimeOffset.Parse((string)(await site.ReadAsync("api/keys"))["items"]![0]!["created_at"]!, null);
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Keys" }).Locator("time").First)
            .ToHaveAttributeAsync("title", new Regex($"^{made.ToOffset(TimeSpan.FromHours(9)):yyyy-MM-dd HH:mm:ss}"));
    }

    [Fact]
    public async Task Every_route_is_on_the_page_of_the_api_and_a_get_can_be_tried()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);
        visitor.Expecting("status of 404");
        var routes = (await site.ReadAsync("api/openapi.json"))["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(verb => $"{verb.Key.ToUpperInvariant()} {path.Key}"))
            .Order(StringComparer.Ordinal);

        var page = await visitor.OpenAsync("api-docs");
        await page.Locator(".route").First.WaitForAsync();
        var shown = await page.Locator(".route > summary").EvaluateAllAsync<string[]>(
            "all => all.map(one => `${one.querySelector('b').textContent} ${one.querySelector('code').textContent}`)");
        Assert.Equal(routes, shown.Order(StringComparer.Ordinal));

        await page.GetByLabel("Find a route").FillAsync("get /api/queues/{name}");
        await page.Locator(".route > summary").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Try it" })).ToBeDisabledAsync();
        await page.GetByLabel("name").FillAsync("no such/queue");
        await Expect(page.Locator(".route-body .with-copy pre")).ToContainTextAsync($"{site.Url}api/queues/no%20such%2Fqueue");
        await page.GetByRole(AriaRole.Button, new() { Name = "Try it" }).ClickAsync();
        await Expect(page.Locator(".route-body").GetByRole(AriaRole.Status)).ToContainTextAsync("404");
        await Expect(page.Locator(".route-body")).ToContainTextAsync("not_found");
    }

    [Fact]
    public async Task A_request_for_the_shell_does_what_it_says()
    {
        await using var site = await Site.StartAsync();
        await using var visitor = await chromium.VisitAsync(site);

        var page = await visitor.OpenAsync("api-docs?find=post /api/jobs creates a job");
        await page.Locator(".route > summary").First.ClickAsync();
        var line = await page.Locator(".route-body .with-copy pre").InnerTextAsync();

        var body = Body().Match(line).Groups[1].Value;
        Assert.NotNull(JsonNode.Parse(body)!["type"]);
        Assert.EndsWith($"'{site.Url}api/jobs'", line, StringComparison.Ordinal);
        Assert.Contains("-X POST", line, StringComparison.Ordinal);
    }

    [GeneratedRegex("-d '(.*)' '")]
    private static partial Regex Body();
}
