using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Pawl;

/// <summary>Chance from the operating system: lease tokens are secrets.</summary>
internal sealed class SystemChance : IChance
{
    public ulong Next()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }
}
