using System.Buffers;
using System.Text;

namespace Pawl.Tests.Input;

public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("""{"b":1,"a":[1,2]}""", """{ "a": [1, 2], "b": 1.0 }""")]
    [InlineData("1", "10e-1")]
    [InlineData("-0", "0.00")]
    [InlineData("\"\\u00e9\"", "\"é\"")]
    [InlineData("9007199254740993", "9007199254740993.0")]
    [InlineData("1e400", "10e399")]
    public void Equal_values_have_one_text(string one, string other) => Assert.Equal(Write(one), Write(other));

    [Theory]
    [InlineData("[1,2]", "[2,1]")]
    [InlineData("9007199254740992", "9007199254740993")]
    [InlineData("0.1", "0.10000000000000001")]
    [InlineData("\"1\"", "1")]
    [InlineData("null", "{}")]
    public void Other_values_have_another(string one, string other) => Assert.NotEqual(Write(one), Write(other));

    [Theory]
    [InlineData("{", "json_invalid")]
    [InlineData("", "json_invalid")]
    [InlineData("[1,]", "json_invalid")]
    [InlineData("/* no */ 1", "json_invalid")]
    [InlineData("NaN", "json_invalid")]
    [InlineData("1 2", "json_invalid")]
    [InlineData("""{"a":1,"a":2}""", "json_duplicate_key")]
    [InlineData("""{"a":{"b":1,"b":2}}""", "json_duplicate_key")]
    public void What_is_no_sound_JSON_is_refused_by_its_code(string json, string code) =>
        Assert.Equal(code, Assert.Throws<PawlException>(() => CanonicalJson.Check(Encoding.UTF8.GetBytes(json))).Code);

    [Fact]
    public void Text_that_is_no_UTF8_is_refused()
    {
        byte[] json = [(byte)'"', 0xC3, 0x28, (byte)'"'];
        Assert.Equal("encoding_invalid", Assert.Throws<PawlException>(() => CanonicalJson.Check(json)).Code);
    }

    [Fact]
    public void Depth_is_bounded()
    {
        CanonicalJson.Check(Encoding.UTF8.GetBytes(Nested(32)));
        var refused = Assert.Throws<PawlException>(() => CanonicalJson.Check(Encoding.UTF8.GetBytes(Nested(10_000))));
        Assert.Equal("json_too_deep", refused.Code);
        Assert.Contains("32", refused.Message, StringComparison.Ordinal);
        Assert.Equal("json_too_deep", Assert.Throws<PawlException>(() => CanonicalJson.Check(Encoding.UTF8.GetBytes(Nested(33)))).Code);
    }

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);

    private static string Write(string json)
    {
        var buffer = new ArrayBufferWriter<byte>();
        CanonicalJson.Write(Encoding.UTF8.GetBytes(json), buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
