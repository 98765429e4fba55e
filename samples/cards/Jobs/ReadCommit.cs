using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Cards.Parsing;

namespace Cards.Jobs;

/// <summary>What the ledger <c>commits.parsed</c> keeps of a commit: a few facts, and the whole parsed form as far as there is
/// room.</summary>
internal sealed record ReadCommit
{
    /// <summary>Somewhat less than the ledger takes for one item.</summary>
    private const int Most = 64_000;

    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        IgnoreReadOnlyProperties = true,
    };

    public required string Subject { get; init; }
    public required int Files { get; init; }
    public required int Added { get; init; }
    public required int Removed { get; init; }

    /// <summary>The parsed commit as JSON, packed with Brotli; null when it is too large, and then git is asked again.</summary>
    public byte[]? Packed { get; init; }

    /// <summary>As the ledger keeps it, with the hash of the parsed form.</summary>
    public static (byte[] Json, string Hash) Write(ParsedCommit commit)
    {
        var whole = JsonSerializer.SerializeToUtf8Bytes(commit, Form);
        var read = new ReadCommit
        {
            Subject = commit.Subject.Length <= 1_000 ? commit.Subject : commit.Subject[..1_000],
            Files = commit.Files.Count,
            Added = commit.Files.Sum(file => file.Added),
            Removed = commit.Files.Sum(file => file.Removed),
            Packed = Pack(whole),
        };
        var json = JsonSerializer.SerializeToUtf8Bytes(read, Form);
        return (json.Length <= Most ? json : JsonSerializer.SerializeToUtf8Bytes(read with { Packed = null }, Form),
            Convert.ToHexStringLower(SHA256.HashData(whole)));
    }

    /// <summary>The parsed form; null when the ledger does not hold it, or not in today's shape.</summary>
    public static ParsedCommit? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            if (JsonSerializer.Deserialize<ReadCommit>(json.Span, Form)?.Packed is not { } packed)
            {
                return null;
            }

            using var unpacking = new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress);
            return JsonSerializer.Deserialize<ParsedCommit>(unpacking, Form);
        }
        catch (Exception error) when (error is JsonException or InvalidDataException or InvalidOperationException)
        {
            return null;
        }
    }

    private static byte[] Pack(byte[] whole)
    {
        using var packed = new MemoryStream();
        using (var packing = new BrotliStream(packed, CompressionLevel.Fastest))
        {
            packing.Write(whole);
        }

        return packed.ToArray();
    }
}
