using System.Text.Json;
using Microsoft.Playwright;

namespace Pawl.Browser.Tests.Figures;

/// <summary>Pages over a store with a million jobs. For a machine that does nothing else:
/// <c>dotnet test --project tests/Pawl.Browser.Tests -- --filter-trait run=full</c>.</summary>
[Trait("run", "full")]
public sealed class MillionTests(Chromium chromium, Databases databases)
{
    private const int Ended = 600_000;
    private const int Waiting = 400_000;
    private const int Rounds = 5;
    private const int Scrolled = 10_000;
    private const double MostMilliseconds = 300;

    // At 60 a second a frame takes 16.7 ms.
    private const double MostOfAFrame = 20;

    // From the first request for data to the second frame after the last answer was drawn, when the page takes a task at once. What is
    // read again later is not counted.
    private const string Watch = """
        (() => {
          const data = /\/api\/(?!stream|ui-config|session)/;
          const seen = window.figures = { sent: null, painted: null, open: 0, asked: new Set() };
          const ask = window.fetch;
          const next = then => requestAnimationFrame(() => setTimeout(then));
          const look = () => next(() => next(() => {
            if (seen.open > 0 || seen.painted !== null) {
              return;
            }
            if (!document.querySelector('main h1') || document.querySelector('main .loading')) {
              look();
              return;
            }
            seen.painted = performance.now();
            performance.measure('page', { start: seen.sent, end: seen.painted });
          }));
          window.fetch = async (input, options) => {
            const url = String(input.url ?? input);
            if (!data.test(url) || seen.asked.has(url)) {
              return ask(input, options);
            }
            seen.asked.add(url);
            seen.sent ??= performance.now();
            seen.open++;
            const end = () => {
              seen.open--;
              look();
            };
            try {
              const reply = await ask(input, options);
              const text = reply.text.bind(reply);
              reply.text = () => text().finally(end);
              return reply;
            } catch (fault) {
              end();
              throw fault;
            }
          };
        })();
        """;

    // A function, as the policy of the page lets no text be evaluated.
    private const string Drawn = """
        () => figures.painted !== null
          || (figures.sent === null && performance.now() > 3000 && document.querySelector('main h1') !== null)   // it needs none
        """;

    private const string Slowest = """
        () => {
          const all = performance.getEntriesByType('resource').filter(one => /\/api\/(?!stream)/.test(one.name) && one.responseEnd > 0);
          const slowest = all.sort((a, b) => b.duration - a.duration)[0];
          return slowest ? `${Math.round(slowest.duration)} ms ${slowest.name.replace(/^.*\/api\//, '')}` : '';
        }
        """;

    private const string Scroll = """
        async rows => {
          const list = document.querySelector('.list');
          const height = list.querySelector('.row').offsetHeight;
          const [frames, most] = [[], { nodes: 0 }];
          let last = null;
          await new Promise(done => requestAnimationFrame(function frame(at) {
            if (last !== null) {
              frames.push(at - last);
            }
            last = at;
            list.scrollTop += 10 * height;
            if (frames.length % 30 === 0) {
              most.nodes = Math.max(most.nodes, list.getElementsByTagName('*').length);
            }
            if (list.scrollTop >= rows * height || frames.length > 20000) {
              done();
            } else {
              requestAnimationFrame(frame);
            }
          }));
          return { frames, nodes: most.nodes, rows: Math.round(list.scrollTop / height) };
        }
        """;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Every_page_can_be_used_within_300_ms_and_a_long_list_scrolls_at_60_frames_a_second(string store)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var site = await Site.StartAsync(
            Mount.Root, database: store == "postgres" ? await databases.TakeAsync() : null, types: Load.Know);
        var began = TimeProvider.System.GetTimestamp();
        await Load.FillAsync(site, Ended, Waiting, stop);
        Sheet.Write($"{store}: {Ended + Waiting} jobs in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:F0} s");
        await using var visitor = await chromium.VisitAsync(site);
        await visitor.Context.AddInitScriptAsync(Watch);
        var slow = new List<string>();
        foreach (var path in await PathsAsync(site))
        {
            var times = new List<double>();
            var worst = "";
            for (var round = 0; round < Rounds; round++)
            {
                var page = await visitor.TabAsync(path);
                await page.WaitForFunctionAsync(Drawn);
                times.Add(await page.EvaluateAsync<double>("(figures.painted ?? 0) - (figures.sent ?? 0)"));
                worst = await page.EvaluateAsync<string>(Slowest);
                await page.CloseAsync();
            }

            times.RemoveAt(0);   // the first of each is also the first of the server
            var (median, most) = (Sheet.Percentile(times, 0.5), times.Max());
            Sheet.Write($"{store}: /{path}: median {median:F0} ms, most {most:F0} ms; slowest answer {worst}");
            if (median > MostMilliseconds)
            {
                slow.Add($"/{path}: {median:F0} ms");
            }
        }

        var quiet = await ScrollAsync(visitor, store, "nothing else going on");
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var traffic = Load.GoAsync(site, 70, over.Token);
        await ScrollAsync(visitor, store, "200 changes a second");
        await over.CancelAsync();
        await traffic;

        Assert.True(slow.Count == 0, string.Join('\n', slow));
        Assert.InRange(quiet, 0, MostOfAFrame);
    }

    private static async Task<IReadOnlyList<string>> PathsAsync(Site site)
    {
        var ended = await site.ReadAsync("api/jobs?query=state:failed&limit=1");
        var waits = await site.ReadAsync("api/jobs?query=state:queued&limit=1");
        var group = (await site.ReadAsync("api/failures"))["items"]![0]!["fingerprint"]!;
        return
        [
            "", "?window=24h", "jobs", "jobs?query=state:failed", "jobs?query=type:figures.work", "jobs?query=is:dead",
            $"jobs/{ended["items"]![0]!["id"]}", $"jobs/{waits["items"]![0]!["id"]}", "failures", $"failures/{group}", "queues",
            "queues/default", "types", "types/figures.work", "workers", "workers/1", "recovery", "items", "settings", "api-docs",
        ];
    }

    private static async Task<double> ScrollAsync(Visitor visitor, string store, string what)
    {
        var page = await visitor.OpenAsync("jobs");
        await page.Locator(".list .row").First.WaitForAsync();
        var seen = await page.EvaluateAsync<JsonElement>(Scroll, Scrolled);
        var frames = seen.GetProperty("frames").EnumerateArray().Select(static one => one.GetDouble()).ToList();
        var (median, p95, p99) = (Sheet.Percentile(frames, 0.5), Sheet.Percentile(frames, 0.95), Sheet.Percentile(frames, 0.99));
        var (rows, nodes, most) = (seen.GetProperty("rows"), seen.GetProperty("nodes"), frames.Max());
        Sheet.Write($"""
            {store}: {rows} rows scrolled, {what}, {nodes} nodes in the list: {frames.Count} frames,
            median {median:F1} ms, p95 {p95:F1} ms, p99 {p99:F1} ms, most {most:F1} ms
            """);
        await page.CloseAsync();
        return p95;
    }
}
