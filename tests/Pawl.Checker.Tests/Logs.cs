using System.Text.Json.Nodes;

namespace Pawl.Checker.Tests;

/// <summary>The five files of a text: numbers and times that it leaves out follow the order of its lines.</summary>
internal sealed class Logs
{
    private readonly Dictionary<string, List<string>> _files = Folder.Files.ToDictionary(file => file, _ => new List<string>());

    public Logs(IReadOnlyList<string> lines)
    {
        var (mono, seq) = (0L, 0L);
        foreach (var line in lines)
        {
            mono += 1_000;
            var space = line.IndexOf(' ');
            var (log, json) = (line[..space], JsonNode.Parse(line[(space + 1)..])!.AsObject());
            if (log is "calls" or "effects")
            {
                json.TryAdd("process", 1);
                json.TryAdd("mono", mono);
            }
            else if (log == "events")
            {
                json.TryAdd("seq", seq + 1);
                json.TryAdd("db_time", mono);
                seq = (long)json["seq"]!;
            }

            _files[$"{log}.jsonl"].Add(json.ToJsonString());
        }

        foreach (var file in _files.Values)
        {
            file.Add($$"""{"end":{{file.Count}}}""");
        }
    }

    public List<string> this[string name] => _files[$"{name}.jsonl"];

    public Judgement Judge()
    {
        var (history, missing) = Folder.Read(name => _files.GetValueOrDefault(name));
        return Checker.Judge.History(history, missing);
    }

    /// <summary>Takes a whole file away.</summary>
    public void Drop(string name) => _files.Remove($"{name}.jsonl");

    public void WriteTo(string folder)
    {
        foreach (var (name, lines) in _files)
        {
            File.WriteAllLines(Path.Combine(folder, name), lines);
        }
    }
}
