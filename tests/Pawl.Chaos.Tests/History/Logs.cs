using System.Text.Json;

namespace Pawl.Chaos.Tests.History;

/// <summary>Reads the logs that the killed processes wrote, one JSON object a line.</summary>
internal static class Logs
{
    private static readonly JsonSerializerOptions Form = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Reads all whole lines. A kill may cut the last line of a life; the next life begins a new line.</summary>
    /// <param name="path">The file; none there is an empty log.</param>
    /// <param name="mostCut">How many lines may be cut, at most one for each kill. More, and somebody else damaged the file.</param>
    public static IReadOnlyList<T> Read<T>(string path, int mostCut)
    {
        var (read, cut) = (new List<T>(), 0);
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            try
            {
                if (line.Length > 0)
                {
                    read.Add(JsonSerializer.Deserialize<T>(line, Form)!);
                }
            }
            catch (JsonException) when (cut++ < mostCut)
            {
                // Written, but never reported as done: as if it had not been written.
            }
        }

        return read;
    }
}
