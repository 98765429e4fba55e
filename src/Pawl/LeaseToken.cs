using System.Buffers.Binary;

namespace Pawl;

/// <summary>The secret of a lease: 128 random bits, new at every claim. A write that does not show it changes nothing.</summary>
/// <param name="High">The first 64 bits.</param>
/// <param name="Low">The last 64 bits.</param>
public readonly record struct LeaseToken(ulong High, ulong Low)
{
    /// <summary>How many bytes a token takes in a table.</summary>
    public const int Size = 16;

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static LeaseToken Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>Writes the 16 bytes that a table keeps.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
    }

    /// <summary>Never the token itself: it is a secret.</summary>
    public override string ToString() => "lease token";
}
