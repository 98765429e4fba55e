using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Pawl.Browser.Tests.Figures;

/// <summary>What it costs that people watch. For a machine that does nothing else, as <see cref="MillionTests"/>.</summary>
[Trait("run", "full")]
public sealed class WatchingTests(Chromium chromium)
{
    private const int Viewers = 12;
    private const int JobsPerSecond = 20;
    private const double MostOfACore = 0.05;
    private const double MostGrowth = 10e6;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(20);
    private static readonly string[] Paths = ["", "jobs", "queues", "workers", "failures", "jobs?query=state:failed"];

    // Time passes so many times faster for the page: it looks, ticks and paints as often as it would in so much more time.
    private const int Faster = 20;

    private const string Hurry = """
        (() => {
          const faster = 20;
          const [later, every, now, date] = [setTimeout, setInterval, performance.now.bind(performance), Date.now];
          const [began, moment] = [now(), date()];
          window.setTimeout = (what, ms = 0, ...rest) => later(what, ms / faster, ...rest);
          window.setInterval = (what, ms = 0, ...rest) => every(what, ms / faster, ...rest);
          performance.now = () => began + (now() - began) * faster;
          Date.now = () => moment + (date() - moment) * faster;
        })();
        """;

    [Fact]
    public async Task Twelve_viewers_cost_the_server_little_and_do_not_keep_it_from_stopping()
    {
        await using var site = await Site.StartAsync(Mount.Root, types: Load.Know);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var traffic = Load.GoAsync(site, JobsPerSecond, over.Token);
        await CpuAsync(TimeSpan.FromSeconds(5));
        var alone = await CpuAsync(Window);
        var visitors = new List<Visitor>();
        try
        {
            for (var i = 0; i < Viewers; i++)
            {
                var visitor = await chromium.VisitAsync(site);
                visitors.Add(visitor.Expecting("net::ERR_").Expecting("status of 503"));
                var page = await visitor.OpenAsync(Paths[i % Paths.Length]);
                await Expect(page.Locator(".live")).ToContainTextAsync("live");
            }

            await CpuAsync(TimeSpan.FromSeconds(5));
            var watched = await CpuAsync(Window);
            Sheet.Write($"""
                {JobsPerSecond} jobs a second: {alone:P1} of a core; with {Viewers} viewers {watched:P1}, so {watched - alone:P1} for them
                """);
            await over.CancelAsync();
            await traffic;
            var began = TimeProvider.System.GetTimestamp();
            await site.StopAsync();
            var stopped = TimeProvider.System.GetElapsedTime(began);
            Sheet.Write($"stopped with {Viewers} viewers in {stopped.TotalMilliseconds:F0} ms");

            Assert.InRange(watched - alone, double.MinValue, MostOfACore);
            Assert.InRange(stopped, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        }
        finally
        {
            foreach (var visitor in visitors)
            {
                await visitor.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Pages_that_are_open_for_long_need_no_more_memory()
    {
        await using var site = await Site.StartAsync(Mount.Root, types: Load.Know);
        var running = await site.AddAsync(new Demo(Say: "hello", Wait: true));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var traffic = Load.GoAsync(site, 5 * Faster, over.Token);
        await using var visitor = await chromium.VisitAsync(site);
        await visitor.Context.AddInitScriptAsync(Hurry);
        var tabs = new List<(string Path, ICDPSession Tools)>();
        foreach (var path in (string[])["", "jobs", $"jobs/{running}", "queues", "workers", "failures"])
        {
            var page = await visitor.TabAsync(path);
            await page.Locator("main h1").First.WaitForAsync();
            tabs.Add((path, await visitor.Context.NewCDPSessionAsync(page)));
        }

        var sizes = new List<double[]>();
        for (var minute = 0; minute <= 4; minute++)
        {
            await CpuAsync(TimeSpan.FromMinutes(5) / Faster);
            sizes.Add([.. await Task.WhenAll(tabs.Select(static tab => HeapAsync(tab.Tools)))]);
        }

        await over.CancelAsync();
        await traffic;
        for (var tab = 0; tab < tabs.Count; tab++)
        {
            var grown = string.Join(", ", sizes.Select(all => (all[tab] / 1e6).ToString("F1", CultureInfo.InvariantCulture)));
            Sheet.Write($"heap of /{tabs[tab].Path} every 5 of 25 minutes at {Faster}x, 5 jobs a second: {grown} MB");
        }

        Assert.All(Enumerable.Range(0, tabs.Count), tab => Assert.InRange(sizes[^1][tab] - sizes[0][tab], double.MinValue, MostGrowth));
    }

    private static async Task<double> HeapAsync(ICDPSession tools)
    {
        await tools.SendAsync("HeapProfiler.collectGarbage");
        await tools.SendAsync("HeapProfiler.collectGarbage");
        return (await tools.SendAsync("Runtime.getHeapUsage"))!.Value.GetProperty("usedSize").GetDouble();
    }

    /// <summary>How much of one core this process takes over a while; the server is in it.</summary>
    private static async Task<double> CpuAsync(TimeSpan length)
    {
        var (began, before) = (TimeProvider.System.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);
        using var tick = new PeriodicTimer(length, TimeProvider.System);
        await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        return (Process.GetCurrentProcess().TotalProcessorTime - before) / TimeProvider.System.GetElapsedTime(began);
    }
}
