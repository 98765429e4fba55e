using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pawl.Storage;

/// <summary>Lets each entry of the audit rest on the one before it.</summary>
internal static class AuditChain
{
    /// <summary>What an entry says, as the bytes its hash is made of. Each field bears its length, so that none can be moved into
    /// another.</summary>
    public static byte[] Text(long at, AuditNote note)
    {
        var text = new StringBuilder();
        foreach (var field in (ReadOnlySpan<string?>)
            [
                at.ToString(CultureInfo.InvariantCulture), note.Actor, note.Action, note.Target, note.Before, note.After, note.Refusal,
                note.Detail,
            ])
        {
            if (field is null)
            {
                text.Append("-;");
            }
            else
            {
                var stored = StoredText.Of(field);   // as a database gives it back
                text.Append(CultureInfo.InvariantCulture, $"{stored.Length}:{stored};");
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The hash of an entry that follows another.</summary>
    public static byte[] Next(ReadOnlySpan<byte> before, ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(before);
        sha.AppendData(text);
        sha.GetHashAndReset(hash);
        return hash.ToArray();
    }

    /// <summary>Goes on with a verdict by the next entries, in their order. Those from before there were hashes are passed over while none
    /// has been met.</summary>
    public static AuditVerdict Look(AuditVerdict verdict, IEnumerable<(long Seq, long At, AuditNote Note, byte[]? Hash)> entries)
    {
        foreach (var (seq, at, note, hash) in entries)
        {
            if (!verdict.Whole)
            {
                break;
            }

            if (hash is null && verdict.Head is null)
            {
                continue;
            }

            var before = verdict.Head is null ? [] : Convert.FromHexString(verdict.Head);
            verdict = hash is not null && Next(before, Text(at, note)).AsSpan().SequenceEqual(hash)
                ? new AuditVerdict(verdict.Count + 1, null, Convert.ToHexStringLower(hash))
                : verdict with { Count = verdict.Count + 1, BrokenAt = seq };
        }

        return verdict;
    }
}
