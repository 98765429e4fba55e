namespace Pawl.Tidy;

public sealed class CSharpTextTests
{
    [Theory]
    [InlineData("a // b", "a     ")]
    [InlineData("a /* b\nc */ d", "a     \n     d")]
    [InlineData("f(\"x\\\"y\") + g", "f(      ) + g")]
    [InlineData("f(@\"x\"\"\\\") + g", "f(@      ) + g")]
    [InlineData("c = '\"'; d", "c =    ; d")]
    [InlineData("s = \"\"\"\n a \"b\" // c\n \"\"\"; d", "s =    \n           \n    ; d")]
    [InlineData("s = \"\"; d", "s =   ; d")]
    public void Comments_and_texts_become_blanks_and_code_stays(string text, string code) =>
        Assert.Equal(code, CSharpText.CodeOnly(text));
}
