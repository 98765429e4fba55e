using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Pawl.Web.Hosting;
using Pawl.Web.Routing;

namespace Pawl.Web.Tests.Security;

/// <summary>Every route, as everybody, for a thing that is there, one that is not, one whose name can be none, and one that is outside the
/// caller's scope. Made from the table of routes: one without an entry fails.</summary>
/// <remarks>What carries a body is sent one that no route takes, so an admitted caller gets as far as the object and then 400, and nothing
/// is changed; the order of refusal is seen with it.</remarks>
public partial class MatrixTests : OnEitherStore
{
    private const string NoBody = """{"no_such_member":1}""";
    private static readonly string[] Roles = ["viewer", "submitter", "operator", "admin", "worker"];

    [Fact]
    public async Task Every_route_answers_everybody_for_everything_as_somebody_has_looked_at()
    {
        await using var served = await StartAsync(options: web => (web.RequestsPerSecond, web.Compat) = (0, ["cards", "crawler"]));
        var things = await Things.MakeAsync(served);
        var callers = await CallersAsync(served);
        var (text, wrong) = (new StringBuilder(), new List<string>());
        foreach (var route in Routes.All.OrderBy(route => route.Template, StringComparer.Ordinal).ThenBy(route => route.Verb))
        {
            text.Append(CultureInfo.InvariantCulture, $"{route.Verb} {route.Template}\n");
            var rows = new List<(string Caller, string Row)>();
            foreach (var (caller, key) in callers)
            {
                var seen = await SeenAsync(served, route, key, things);
                wrong.AddRange(Faults(route, caller, seen));
                rows.Add((caller, seen.ToString()));
            }

            foreach (var alike in rows.GroupBy(row => row.Row))
            {
                text.Append(CultureInfo.InvariantCulture, $"  {string.Join(", ", alike.Select(row => row.Caller))}: {alike.Key}\n");
            }
        }

        Assert.Empty(wrong);
        Approve.Text(text.ToString(), "Matrix.txt");
    }

    /// <summary>What holds whatever somebody has looked at.</summary>
    private static IEnumerable<string> Faults(Route route, string caller, Seen seen)
    {
        var name = $"{route.Verb} {route.Template} as {caller}";
        if (seen.All.FirstOrDefault(reply => reply.Status >= 500) is { } broken)
        {
            yield return $"{name}: {broken.Status} {broken.Body}";
        }

        if (route.Need != Need.Open && caller is "nobody" or "wrong key" && seen.All.Any(reply => reply.Status != 401))
        {
            yield return $"{name} is let in";
        }

        // Who may not call it does not learn what there is, and a thing outside the scope looks like none at all.
        if ((seen.There.Status is 401 or 403 || (caller == "limited" && Things.HasScope(route)))
            && seen.All.Select(Looks).Distinct().ToList() is { Count: > 1 } different)
        {
            yield return $"{name} tells what is there: {string.Join(" | ", different)}";
        }

        if (caller == "limited"
            && seen.All.FirstOrDefault(reply => reply.Body.Contains(Things.Elsewhere, StringComparison.Ordinal)) is { } leak)
        {
            yield return $"{name} tells of what is outside its scope: {leak.Body}";
        }

        if (seen.NotThere.Status == 404 && seen.NoName.Append(seen.NotThere).Select(Looks).Distinct().Count() > 1)
        {
            yield return $"{name} tells a thing that is not there from one that cannot be";
        }
    }

    /// <summary>All of a reply but what is its own: its number and time.</summary>
    private static string Looks(Reply reply) =>
        $"{reply.Status} {reply.Code} {string.Join(',', reply.Headers.Keys.Order(StringComparer.Ordinal))} "
        + (reply.Code is null ? "" : reply.Text("detail"));

    private static async Task<IReadOnlyList<(string Caller, string Key)>> CallersAsync(Served served)
    {
        List<(string, string)> callers = [("nobody", ""), ("wrong key", "pawl_k_unknown")];
        foreach (var role in Roles)
        {
            callers.Add((role, await served.KeyAsync(role)));
        }

        callers.Add(("limited", await served.KeyAsync("operator", ""","types":["elsewhere"],"queues":["elsewhere"]""")));
        return callers;
    }

    private static async Task<Seen> SeenAsync(Served served, Route route, string key, Things things)
    {
        var there = await CallAsync(served, route, key, things.NameFor(route));
        if (!Name().IsMatch(route.Template))
        {
            return new(there, there, []);
        }

        var notThere = await CallAsync(served, route, key, Things.Unknown);
        List<Reply> noName = [];
        foreach (var name in there.Status is 401 or 403 ? Things.NoNames.Take(1) : Things.NoNames)
        {
            noName.Add(await CallAsync(served, route, key, name));
        }

        return new(there, notThere, noName);
    }

    private static async Task<Reply> CallAsync(Served served, Route route, string key, string name)
    {
        var path = Name().Replace(route.Template.TrimStart('/'), name, 1).Replace("{name}", "note.txt", StringComparison.Ordinal);
        var reply = await SendAsync();
        if (reply.Status == 503)
        {
            // A machine that is busy for a while is no answer to what was asked; one that comes again is.
            await Things.ReadyAsync(served);
            reply = await SendAsync();
        }

        return reply;

        Task<Reply> SendAsync() => served.SendAsync(
            route.Verb, path, route.Verb == "GET" ? null : NoBody, headers: [Served.With(key), ("Accept", "application/json")]);
    }

    [GeneratedRegex("[{][a-z]+[}]")]
    private static partial Regex Name();

    /// <summary>What came back.</summary>
    private sealed record Seen(Reply There, Reply NotThere, IReadOnlyList<Reply> NoName)
    {
        public IEnumerable<Reply> All => [There, NotThere, .. NoName];

        public override string ToString() => All.Select(Text).Distinct().Count() == 1
            ? Text(There)
            : $"{Text(There)}; unknown {Text(NotThere)}; no name {string.Join(" or ", NoName.Select(Text).Distinct())}";

        private static string Text(Reply reply) => $"{reply.Status} {reply.Code}".TrimEnd();
    }
}
