using Microsoft.Playwright;
using Pawl.Browser.Tests;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace Pawl.Browser.Tests;

/// <summary>The browser of the run: one for all tests, a context of its own for each.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Usual = "/usr/bin/chromium";

    private IPlaywright? _driver;
    private IBrowser? _browser;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var path = Environment.GetEnvironmentVariable("PAWL_TEST_CHROMIUM") is { Length: > 0 } named ? named : Usual;
        if (!File.Exists(path))
        {
            throw new InvalidOperationException(
                $"These tests need Chromium, and there is none at {path}. Install it (apt-get install chromium), or name one in "
                + "PAWL_TEST_CHROMIUM.");
        }

        _driver = await Playwright.CreateAsync();
        _browser = await _driver.Chromium.LaunchAsync(new()
        {
            ExecutablePath = path,
            Args =
            [
                "--disable-dev-shm-usage",
                "--host-resolver-rules=MAP jobs.test 127.0.0.1",   // a name on plain http is no secure context
                .. Environment.UserName == "root" ? (string[])["--no-sandbox"] : [],
            ],
        });
    }

    /// <summary>A browser of somebody else: its own cookies, storage and tabs.</summary>
    public async Task<Visitor> VisitAsync(
        Site site, string? key = null, ColorScheme scheme = ColorScheme.Light, int width = 1280, int height = 800)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            Locale = "en-GB",
            TimezoneId = "UTC",
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
            ViewportSize = new() { Width = width, Height = height },
        });
        context.SetDefaultTimeout(20_000);
        var visitor = new Visitor(context, site);
        await visitor.SignInAsync(key ?? site.Key);
        return visitor;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _driver?.Dispose();
    }
}
