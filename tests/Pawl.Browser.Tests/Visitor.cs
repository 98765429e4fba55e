using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;

namespace Pawl.Browser.Tests;

/// <summary>Somebody with a browser. What the browser complains of (a violation of the policy, an error on the console, an exception)
/// fails the test when he leaves.</summary>
public sealed class Visitor : IAsyncDisposable
{
    // Told to the console, because a page that is gone cannot be asked.
    private const string Watch = """
        addEventListener('securitypolicyviolation', e =>
          console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));
        addEventListener('unhandledrejection', e => console.error(`rejected: ${e.reason}`));
        """;

    private static readonly Lazy<string> Axe = new(() =>
    {
        using var stream = typeof(Visitor).Assembly.GetManifestResourceStream("axe.js")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    });

    private readonly IBrowserContext _context;
    private readonly Site _site;
    private readonly ConcurrentQueue<string> _complaints = [];
    private readonly ConcurrentBag<string> _expected = [];

    internal Visitor(IBrowserContext context, Site site)
    {
        (_context, _site) = (context, site);
        context.Page += (_, page) =>
        {
            page.PageError += (_, error) => _complaints.Enqueue(error);
            page.Console += (_, message) =>
            {
                if (message.Type == "error")
                {
                    _complaints.Enqueue($"{message.Text} ({message.Location})");
                }
            };
        };
    }

    /// <summary>His cookies and tabs.</summary>
    public IBrowserContext Context => _context;

    /// <summary>Lets the browser complain of something that the test brings about.</summary>
    public Visitor Expecting(string text)
    {
        _expected.Add(text);
        return this;
    }

    /// <summary>Lets the browser complain of a server that is away, and of what that breaks off.</summary>
    public Visitor ExpectingAnOutage() => Expecting("net::ERR_").Expecting("status of 503");

    /// <summary>Opens a page below the mount in a new tab, and waits until the frame is there.</summary>
    public async Task<IPage> OpenAsync(string path = "settings")
    {
        var page = await TabAsync(path);
        await SettledAsync(page);
        return page;
    }

    /// <summary>Waits until the page is drawn and listens to the keyboard: it begins to only after it was painted.</summary>
    public static async Task SettledAsync(IPage page)
    {
        await page.Locator(".rail").WaitForAsync();
        await page.EvaluateAsync("""
            () => new Promise(done => requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(() => setTimeout(done)))))
            """);
    }

    /// <summary>Opens an address in a new tab.</summary>
    public async Task<IPage> TabAsync(string path)
    {
        var page = await _context.NewPageAsync();
        await page.AddInitScriptAsync(Watch);
        await page.GotoAsync(new Uri(_site.Url, path).ToString(), new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        return page;
    }

    /// <summary>Signs in as the login page does, without drawing it.</summary>
    public async Task SignInAsync(string key)
    {
        if (key.Length == 0)
        {
            return;
        }

        var reply = await _context.APIRequest.PostAsync(new Uri(_site.Url, "api/session").ToString(), new()
        {
            DataObject = new Dictionary<string, string> { ["key"] = key },
            Headers = new Dictionary<string, string> { ["Pawl-Client"] = "dashboard", ["Pawl-Mount"] = _site.Url.AbsolutePath },
        });
        Assert.Equal(204, reply.Status);
    }

    /// <summary>What keeps people from using a page, as axe sees it.</summary>
    public static async Task AccessibleAsync(IPage page)
    {
        await page.EvaluateAsync(Axe.Value);
        var found = await page.EvaluateAsync<JsonElement>("""
            axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
              .then(found => found.violations.map(v => `${v.id}: ${v.help} — ${
                v.nodes.map(n => `${n.target.join(' ')} ${n.any[0]?.message ?? ''}`).join('; ')}`))
            """);
        Assert.True(found.GetArrayLength() == 0, $"{page.Url}\n{string.Join('\n', found.EnumerateArray().Select(one => one.GetString()))}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        var complaints = _complaints.Where(said => !_expected.Any(one => said.Contains(one, StringComparison.Ordinal))).ToList();
        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
    }
}
