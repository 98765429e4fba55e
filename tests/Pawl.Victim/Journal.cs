using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pawl.Victim;

/// <summary>A log outside the product, one JSON object a line, each handed to the system in one write before the call returns: what was
/// written stays although the process is killed the next moment.</summary>
/// <remarks>One process at a time writes it. Each line begins with its newline, so that a line cut by a kill spoils no other.</remarks>
internal sealed class Journal(string path) : IDisposable
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    };

    private readonly Lock _gate = new();
    private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    /// <summary>Processes that live at the same time each write a log of their own.</summary>
    public static string PathOf(Order order, string name) =>
        Path.Combine(order.Folder, order.Shared ? $"{name}-{order.Life}.log" : $"{name}.log");

    public void Write<T>(T line)
    {
        byte[] bytes = [(byte)'\n', .. JsonSerializer.SerializeToUtf8Bytes(line, Form)];
        lock (_gate)
        {
            _file.Write(bytes);
        }
    }

    public void Dispose() => _file.Dispose();
}
