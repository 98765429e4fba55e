using System.Globalization;

namespace Pawl.Checker.Tests;

/// <summary>Writes out the lines of jobs about which nothing is special.</summary>
internal static class Shorthand
{
    public static IEnumerable<string> Write(string line)
    {
        var words = line.Split(' ');
        return words[0] switch
        {
            // plain JOB: asked for, run, done
            "plain" => [.. Asked(words[1], $"t{words[1]}", ""), .. Created(words[1], ""), .. Done(words[1], $"t{words[1]}", "", "")],

            // done JOB TAG|- [MEMBERS]: run and done, whoever asked for it
            "done" => [.. Created(words[1], ""), .. Done(words[1], words[2], words.Length > 3 ? "," + words[3] : "", "")],

            // end JOB TAG: run and done, long after it was made
            "end" => Done(words[1], words[2], "", ",\"db_time\":99000000"),

            // bulk FIRST LAST turn EVERY: a batch, claimed from the newest on, each so-manieth claim from the oldest; and a manual job
            "bulk" => Bulk(Number(words[1]), Number(words[2]), Number(words[4])),
            _ => [line],
        };
    }

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);

    private static string[] Asked(string job, string tag, string more) =>
    [
        $$"""calls {"what":"invoke","number":{{job}},"kind":"single","tag":"{{tag}}"{{more}}}""",
        $$"""calls {"what":"ok","number":{{job}},"kind":"single","tag":"{{tag}}","ids":[{{job}}]}""",
    ];

    private static string[] Created(string job, string at) => [$$"""events {"job":{{job}},"kind":"created","to":"queued"{{at}}}"""];

    private static string[] Done(string job, string tag, string members, string at) =>
    [
        $$"""events {"job":{{job}},"kind":"started","from":"queued","to":"running","attempt":1{{at}}}""",
        $$"""effects {"job":{{job}},"attempt":1,"what":"start"}""",
        $$"""effects {"job":{{job}},"attempt":1,"what":"returned"}""",
        $$"""events {"job":{{job}},"kind":"succeeded","from":"running","to":"succeeded","attempt":1{{at}}}""",
        $$"""rows {"row":"job","id":{{job}},"state":"succeeded"{{(tag == "-" ? "" : $",\"tag\":\"{tag}\"")}}{{members}}}""",
        $$"""rows {"row":"attempt","job":{{job}},"number":1,"outcome":"succeeded"}""",
    ];

    private static IEnumerable<string> Bulk(int first, int last, int every)
    {
        var (ids, manual) = (Enumerable.Range(first, last - first + 1).ToList(), $"{last + 1}");
        var all = string.Join(',', ids);
        yield return $$"""calls {"what":"invoke","number":1,"kind":"batch","count":{{ids.Count}},"tag":"bulk"}""";
        yield return $$"""calls {"what":"ok","number":1,"kind":"batch","count":{{ids.Count}},"tag":"bulk","ids":[{{all}}]}""";
        foreach (var line in (string[])[.. ids.SelectMany(id => Created($"{id}", At(id))), .. Asked(manual, "hand", ""),
            .. Created(manual, At(3_000_000))])
        {
            yield return line;
        }

        for (var claim = 1; ids.Count > 0; claim++)
        {
            var id = every > 0 && claim % every == 0 ? ids[0] : ids[^1];
            ids.Remove(id);
            foreach (var line in Done($"{id}", "bulk", "", At(3_010_000 + claim)))
            {
                yield return line;
            }

            if (claim == 1)
            {
                foreach (var line in Done(manual, "hand", ",\"trigger\":\"manual\"", At(3_010_001)))
                {
                    yield return line;
                }
            }
        }
    }

    private static string At(int micros) => $",\"db_time\":{micros}";
}
