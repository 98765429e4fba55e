using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Pawl.Web.Security;

/// <summary>Makes keys and codes, and hashes them. What is kept is only ever a hash.</summary>
internal static class Secrets
{
    /// <summary>What a management key begins with.</summary>
    public const string ManagementPrefix = "pawl_k_";

    /// <summary>What a worker key begins with.</summary>
    public const string WorkerPrefix = "pawl_w_";

    /// <summary>What the token of one lease begins with.</summary>
    public const string LeasePrefix = "pawl_l_";

    /// <summary>How much of a key is shown to know it again.</summary>
    public const int Shown = 11;

    /// <summary>256 random bits behind a prefix.</summary>
    public static string New(string prefix = "") => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>SHA-256 of a secret.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Whether a text looks like one of ours.</summary>
    public static bool LooksLikeKey(string text) =>
        text.StartsWith(ManagementPrefix, StringComparison.Ordinal)
        || text.StartsWith(WorkerPrefix, StringComparison.Ordinal)
        || text.StartsWith(LeasePrefix, StringComparison.Ordinal);
}
