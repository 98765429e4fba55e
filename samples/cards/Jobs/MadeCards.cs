using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cards.Making;
using Cards.Parsing;

namespace Cards.Jobs;

/// <summary>What the ledger <c>commits.cards</c> keeps of a commit: all that a deck needs.</summary>
internal sealed record MadeCards
{
    /// <summary>Somewhat less than the ledger takes for one item.</summary>
    private const int Most = 64_000;

    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        // Cards are HTML: written as usual in JSON, each '<' would take six bytes.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public required string Author { get; init; }
    public required DateTimeOffset AuthoredAt { get; init; }
    public required string Subject { get; init; }
    public required IReadOnlyList<Card> Cards { get; init; }
    public string? NoneBecause { get; init; }

    public static MadeCards Of(ParsedCommit commit, CommitCards made) => new()
    {
        Author = commit.Author,
        AuthoredAt = commit.AuthoredAt,
        Subject = commit.Subject,
        Cards = made.Cards,
        NoneBecause = made.NoneBecause,
    };

    public static MadeCards Read(ReadOnlyMemory<byte> json) =>
        JsonSerializer.Deserialize<MadeCards>(json.Span, Form) ?? throw new FormatException("The ledger holds 'null' in place of cards.");

    /// <summary>As JSON. The last cards, which matter least, are left out where there is no room for all.</summary>
    public byte[] Write()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, Form);
        return json.Length <= Most || Cards.Count == 0 ? json : (this with { Cards = [.. Cards.SkipLast(1)] }).Write();
    }
}
