using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Pawl.Storage;

/// <summary>Tells an equal request from another that shows the same key.</summary>
/// <remarks>Under a key that somebody gave, everything else he gave counts. Where the payload itself is the key, two requests are equal
/// when they ask for the same work: type, payload, versions.</remarks>
internal static class RequestHash
{
    public static byte[] Of(NewJob job, EnqueueOptions given)
    {
        var buffer = new ArrayBufferWriter<byte>(job.Payload.Length + 256);
        Put(buffer, job.Type);
        CanonicalJson.Write(job.Payload, buffer);
        Put(buffer, job.Versions);
        if ((job.IdempotencyKey ?? given.UniqueKey) is not null)
        {
            Put(buffer, string.Create(
                CultureInfo.InvariantCulture,
                $"{given.Trigger}|{given.Queue}|{given.Priority}|{given.Delay?.Ticks}|{given.RunAt?.UtcTicks}|{given.StartBy?.UtcTicks}|"
                + $"{given.DeadlineAt?.UtcTicks}|{given.Timeout?.Ticks}"));
            Put(buffer, string.Create(
                CultureInfo.InvariantCulture,
                $"{given.Grace?.Ticks}|{given.MaxAttempts}|{given.MaxItems}|{given.UniqueHold}|{given.OnBusy}|"
                + $"{given.RequiresApproval}|{given.Force}|{job.ParentId}|{job.RerunOf}"));
            Put(buffer, given.UniqueKey);
            Put(buffer, given.ConcurrencyKey);
            Put(buffer, given.RateKey);
            Put(buffer, given.Kind);
            Put(buffer, given.Tags);
            foreach (var edge in job.DependsOn)
            {
                Put(buffer, $"{edge.On}|{edge.When}|{edge.OnFailed}");
            }
        }

        return SHA256.HashData(buffer.WrittenSpan);
    }

    private static void Put(ArrayBufferWriter<byte> buffer, IReadOnlyDictionary<string, string>? words)
    {
        foreach (var (name, value) in (words ?? new Dictionary<string, string>()).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Put(buffer, name);
            Put(buffer, value);
        }

        Put(buffer, "");
    }

    // A zero byte ends each text, so that "ab" and "c" are not "a" and "bc".
    private static void Put(ArrayBufferWriter<byte> buffer, string? text)
    {
        Encoding.UTF8.GetBytes(text ?? "\u0001", buffer);
        buffer.GetSpan(1)[0] = 0;
        buffer.Advance(1);
    }
}
