using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;

namespace Pawl.Web.Tests.Security;

/// <summary>Secrets that nothing else looks like, one for each place where one may come in.</summary>
internal static class Canary
{
    /// <summary>The variable of the environment that a command may have.</summary>
    public const string Variable = "PAWL_TEST_CANARY_TOKEN";

    private static readonly Dictionary<string, string> Made = [];

    public static string Token { get; } = New("member of a payload");

    public static string Nested { get; } = New("member within a member");

    public static string Number { get; } = NewNumber("member that is a number");

    public static string Environment { get; } = New("environment of a command");

    public static string Query { get; } = New("query of an address");

    public static string WrongKey { get; } = "pawl_k_" + New("key that is none");

    public static string Cookie { get; } = New("cookie that is none");

    public static string Connection { get; } = New("connection string");

    /// <summary>What a handler must not say, and says.</summary>
    public static string[] Spoken { get; } =
    [
        $"Host=db;Password={New("connection string in an error")};Timeout=3",
        $"postgres://app:{New("address in an error")}@db/x",
        $"Authorization: Bearer {New("header in an error")}",
        $"api_key={New("key in an error")}",
        $"pawl_k_{New("key of ours in an error")}",
        Token,
        Nested,
        Number,
    ];

    /// <summary>A field of a log whose name alone says what it is.</summary>
    public static string Field { get; } = New("field of a log");

    /// <summary>A member of an error's detail whose name alone says what it is.</summary>
    public static string Detail { get; } = New("detail of an error");

    /// <summary>Each secret with the place where it comes in.</summary>
    public static IReadOnlyDictionary<string, string> All => Made;

    /// <summary>The places whose secrets stand in a text.</summary>
    public static IEnumerable<string> In(string text) =>
        Made.Where(one => text.Contains(one.Key, StringComparison.OrdinalIgnoreCase)).Select(one => one.Value);

    private static string New(string place)
    {
        var secret = string.Create(CultureInfo.InvariantCulture, $"canary{Made.Count:00}{Guid.NewGuid():n}");
        Made.Add(secret, place);
        return secret;
    }

    private static string NewNumber(string place)
    {
        const string Secret = "738461950273846195";
        Made.Add(Secret, place);
        return Secret;
    }
}

/// <summary>What to do with secrets in it.</summary>
public sealed record Vault(string Token, VaultAuth Auth, long Pin, string Ends);

/// <summary>A secret within.</summary>
public sealed record VaultAuth(string User, string Password);

/// <summary>Says everything it must not, everywhere it can.</summary>
internal sealed class VaultHandler : IJobHandler<Vault>
{
    public async Task HandleAsync(Vault payload, JobContext job, CancellationToken cancellationToken)
    {
        var said = $"said {string.Join(' ', Canary.Spoken)}";
        var fault = new InvalidOperationException(said, new IOException(said));
        job.Logger.LogWarning(fault, "{Said}", said);
        job.Logger.LogInformation("signed in with {Password}", Canary.Field);
        job.Progress(1, 2, said);
        await job.NoticeAsync(said, cancellationToken);
        await job.AttachAsync("note.txt", "no secret"u8.ToArray(), "text/plain", cancellationToken);
        await job.SaveAsync(new { at = 1 }, cancellationToken: cancellationToken);
        if (payload.Ends != "well")
        {
            job.Items("vault").RecordFailure("item", fault);
        }

        switch (payload.Ends)
        {
            case "well":
                job.Degraded(said);
                return;
            case "later":
                await job.SnoozeAsync(TimeSpan.FromHours(1), said);
                return;
            case "detailed":
                var detail = new JsonObject { ["token"] = Canary.Detail, ["said"] = said };
                throw new JobException(ErrorCategory.Internal, said, detail: detail, innerException: fault);
            default:
                throw fault;
        }
    }
}
