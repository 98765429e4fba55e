using System.Text;

namespace Cards.Parsing;

/// <summary>Turns bytes of unknown origin into text. It never fails.</summary>
internal static class Letters
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>UTF-8 where the bytes are that, else Latin-1, which most older western source files are near to.</summary>
    public static string Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }
}
