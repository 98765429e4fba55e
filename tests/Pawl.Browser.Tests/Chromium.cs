using Microsoft.Playwright;
using Pawl.Browser.Tests;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace Pawl.Browser.Tests;

/// <summary>The browser of the run: one for all tests, a context of its own for each.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Usual = "/usr/bin/chromium";
    private const float Patience = 90_000;

    private readonly SemaphoreSlim _clipboard = new(1);
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

        // A loaded machine is slow, not wrong: each wait ends as soon as what it waits for is there.
        Assertions.SetDefaultExpectTimeout(Patience);
        _driver = await Playwright.CreateAsync();
        _browser = await _driver.Chromium.LaunchAsync(new()
        {
            ExecutablePath = path,
            Timeout = Patience,
            Args =
            [
                "--disable-dev-shm-usage",
                "--host-resolver-rules=MAP jobs.test 127.0.0.1",   // a name on plain http is no secure context
                .. Environment.UserName == "root" ? (string[])["--no-sandbox"] : [],
            ],
        });
    }

    /// <summary>The clipboard, which all tabs of all visitors share: whoever copies and reads it has it alone until disposed.</summary>
    public async Task<IDisposable> ClipboardAsync()
    {
        await _clipboard.WaitAsync(TestContext.Current.CancellationToken);
        return new Turn(_clipboard);
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
        context.SetDefaultTimeout(Patience);
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
        _clipboard.Dispose();
    }

    private sealed class Turn(SemaphoreSlim of) : IDisposable
    {
        public void Dispose() => of.Release();
    }
}
