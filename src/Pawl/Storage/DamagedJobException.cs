namespace Pawl.Storage;

/// <summary>Ends an attempt whose job cannot be run, because of what its row holds.</summary>
internal sealed class DamagedJobException : Exception
{
    private DamagedJobException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>Throws where a payload is larger than any that was ever accepted.</summary>
    /// <exception cref="DamagedJobException"/>
    public static void ThrowIfTooLarge(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length > Bounds.MaxPayload)
        {
            throw new DamagedJobException($"Its payload has {payload.Length} bytes, and none has more than {Bounds.MaxPayload}.");
        }
    }

    /// <summary>Throws where a payload is no JSON.</summary>
    /// <exception cref="DamagedJobException"/>
    public static void ThrowIfUnreadable(ReadOnlyMemory<byte> payload, Exception? inner = null)
    {
        try
        {
            CanonicalJson.Check(payload);
        }
        catch (PawlException)
        {
            throw new DamagedJobException("Its payload is no JSON.", inner);
        }
    }
}
