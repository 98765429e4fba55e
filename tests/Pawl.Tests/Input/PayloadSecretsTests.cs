using System.Text;

namespace Pawl.Tests.Input;

public sealed class PayloadSecretsTests
{
    [Theory]
    [InlineData("""{"token":"x"}""", """{"token":"[redacted]"}""")]
    [InlineData("""{ "a" : 1.50 , "TOKEN" : 5 ,"b":"\u00e9"}""", """{ "a" : 1.50 , "TOKEN" : "[redacted]" ,"b":"\u00e9"}""")]
    [InlineData("""{"t\u006fken":null}""", """{"t\u006fken":"[redacted]"}""")]
    [InlineData("""{"token":{"a":[1,{"b":2}]},"c":3}""", """{"token":"[redacted]","c":3}""")]
    [InlineData("""[{"token":1},{"token":2}]""", """[{"token":"[redacted]"},{"token":"[redacted]"}]""")]
    [InlineData("""{"other":{"token":1}}""", """{"other":{"token":1}}""")]
    [InlineData("""{"auth":{"key":1,"user":2}}""", """{"auth":{"key":"[redacted]","user":2}}""")]
    [InlineData("""{"auth":[[{"key":1}],{"key":2}]}""", """{"auth":[[{"key":"[redacted]"}],{"key":"[redacted]"}]}""")]
    [InlineData("""{"auth":"x"}""", """{"auth":"x"}""")]
    [InlineData("""{"\ud800":1,"token":2}""", """{"\ud800":1,"token":"[redacted]"}""")]
    [InlineData("17", "17")]
    [InlineData("null", "null")]
    [InlineData("""{"token":"x" """, "null")]
    [InlineData("", "null")]
    public void A_secret_is_hidden_and_all_else_stays_byte_for_byte(string payload, string shown) =>
        Assert.Equal(shown, Text(Secrets.Redact(Bytes(payload))));

    [Theory]
    [InlineData("""{"token":"x\u0079z","a":"b"}""", "xyz")]
    [InlineData("""{"TOKEN":{"a":[1.50,{"b":"c"}],"d":true},"auth":[{"key":"k"}]}""", "1.50 c k")]
    [InlineData("""{"token":"x" """, "")]
    [InlineData("17", "")]
    public void What_secrets_hold_is_known_again(string payload, string values) =>
        Assert.Equal(values, string.Join(' ', Secrets.Values(Bytes(payload))));

    [Theory]
    [InlineData("""{"token":"[redacted]","a":2}""", """{"token":1.50,"a":2}""")]
    [InlineData("""{"Token":"[redact\u0065d]"}""", """{"Token":1.50}""")]
    [InlineData("""{"token":"new"}""", """{"token":"new"}""")]
    [InlineData("""{"a":"[redacted]"}""", """{"a":"[redacted]"}""")]
    [InlineData("""{"auth":[{},{"key":"[redacted]"}]}""", """{"auth":[{},{"key":{"b":[2]}}]}""")]
    public void What_was_shown_in_a_secrets_place_becomes_the_secret_again(string edited, string whole) =>
        Assert.Equal(
            whole, Text(Secrets.Restore(Bytes(edited), Bytes("""{"token":1.50,"a":1,"auth":[{"key":"a"},{"key":{"b":[2]}}]}"""))));

    [Theory]
    [InlineData("""{"auth":[{"key":"[redacted]"}]}""", "/auth/0/key")]
    [InlineData("""{"auth":{"key":"[redacted]"}}""", "/auth/key")]
    public void Where_there_was_no_secret_none_comes_back(string edited, string pointer)
    {
        var fault = Assert.Throws<PawlException>(() => Secrets.Restore(Bytes(edited), Bytes("""{"token":1,"auth":[]}""")));

        Assert.Equal(("payload_invalid", pointer), (fault.Code, fault.Data[PayloadSecrets.Pointer]));
    }

    private static PayloadSecrets Secrets { get; } = PayloadSecrets.Of(["token", "auth.key"])!;

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
