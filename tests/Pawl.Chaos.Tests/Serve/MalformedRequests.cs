using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Pawl.Chaos.Tests.Serve;

/// <summary>Makes requests that are wrong in one way or another, by chance.</summary>
internal sealed class MalformedRequests(Random chance)
{
    private static readonly string[] Bodies =
    [
        "", "{", "[]", "null", "1", "\"text\"", "{}", """{"type":}""", """{"type":"noop",}""", """{"type":"noop"}//""", "NaN",
        """{"type":"noop","type":"noop"}""", """{"type":"noop","prioritty":1}""", """{"type":"nope"}""", """{"type":7}""",
        """{"type":"noop","priority":"high "}""", """{"type":"noop","priority":1e309}""", """{"type":"noop","priority":1.5}""",
        """{"type":"noop","priority":9223372036854775808}""", """{"type":"noop","priority":-1001}""", """{"type":"a/b"}""",
        """{"type":"noop","queue":""}""", """{"type":"noop","queue":"../x"}""", """{"type":"noop","run_at":"2026-13-01"}""",
        """{"type":"noop","run_at":"0000-01-01T00:00:00Z"}""", """{"type":"noop","run_at":"9999-12-31T23:59:59Z"}""",
        """{"type":"noop","delay":"-1s"}""", """{"type":"noop","timeout":"0s"}""", """{"type":"noop","tags":{"a":1}}""",
        """{"type":"noop","tags":[]}""", """{"type":"noop","unique_key":""}""", """{"type":"noop","max_attempts":0}""",
        """{"type":"noop","depends_on":[{"id":1}]}""", """{"type":"noop","payload":"\ud800"}""", """{"type":"\u0000"}""",
        """{"type":"noop","payload":{"a":1e999}}""", """{"jobs":[]}""", """{"action":"cancel"}""", """{"ids":["x"]}""",
    ];

    private static readonly string[] Paths =
    [
        "api/jobs", "api/jobs", "api/jobs", "api/jobs/batch", "api/jobs/bulk", "api/jobs/0/cancel", "api/jobs/x", "api/jobs/-1",
        "api/jobs/99999999999999999999", "api/jobs/1/retry", "api/jobs/1/nothing", "api/queues/%00", "api/queues/..%2Fx/pause", "api/",
        "api/jobs?limit=-1", "api/jobs?limit=x", "api/jobs?where=(((", "api/jobs?cursor=%FF", "api/jobs?where=state%3D",
            "api/events?after=x",
        "api/jobs?sort=nothing", "api/keys", "api/audit?limit=0", "api/jobs/1?x=%zz", "nothing/here", "api/stats?window=-5m",
    ];

    private static readonly string[] Types = ["application/json", "application/json", "application/json", "text/plain", "application/xml"];

    private static readonly HttpMethod[] Verbs =
        [HttpMethod.Post, HttpMethod.Post, HttpMethod.Post, HttpMethod.Get, HttpMethod.Put, HttpMethod.Delete, HttpMethod.Patch];

    public HttpRequestMessage Next(out string what)
    {
        var verb = Pick(Verbs);
        var path = Pick(Paths);
        var body = Body();
        var request = new HttpRequestMessage(verb, new Uri(path, UriKind.Relative));
        if (verb != HttpMethod.Get)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(Pick(Types));
            if (chance.Next(50) == 0)
            {
                request.Content.Headers.ContentEncoding.Add("gzip");
            }
        }

        if (chance.Next(20) == 0)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", new string('k', chance.Next(400)));
        }

        if (chance.Next(40) == 0)
        {
            request.Headers.TryAddWithoutValidation("If-Match", "\"x");
        }

        what = string.Create(CultureInfo.InvariantCulture,
            $"{verb} {path} {body.Length} bytes: {Encoding.UTF8.GetString(body[..Math.Min(body.Length, 200)])}");
        return request;
    }

    private byte[] Body()
    {
        var bytes = Encoding.UTF8.GetBytes(chance.Next(40) switch
        {
            0 => new string('[', 10_000),
            1 => $$"""{"type":"noop","payload":{{Nested(chance.Next(2, 100))}}}""",
            2 => $$"""{"type":"{{new string('t', 10_000)}}"}""",
            _ => Pick(Bodies),
        });

        // Now and then some bytes of it are others, or it ends early.
        for (var i = chance.Next(4); i > 0 && bytes.Length > 0 && chance.Next(2) == 0; i--)
        {
            bytes[chance.Next(bytes.Length)] = (byte)chance.Next(256);
        }

        return chance.Next(6) == 0 ? bytes[..chance.Next(bytes.Length + 1)] : bytes;
    }

    private static string Nested(int levels) => new string('[', levels) + new string(']', levels);

    private T Pick<T>(IReadOnlyList<T> from) => from[chance.Next(from.Count)];
}
