namespace Pawl.Storage.Tests.Models;

/// <summary>Reads several small choices out of one number.</summary>
public sealed class Options(int number)
{
    private int _rest = number;

    public int Below(int many)
    {
        var choice = _rest % many;
        _rest /= many;
        return choice;
    }

    public T Of<T>(params ReadOnlySpan<T> choices) => choices[Below(choices.Length)];

    public bool OnceIn(int many) => Below(many) == 0;
}
