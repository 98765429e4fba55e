namespace Pawl.Storage.Tests.Models;

/// <summary>Store and model do not say the same.</summary>
public sealed class Disagreement : Exception
{
    public Disagreement(string message)
        : base(message)
    {
    }

    public Disagreement(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Throws unless both say the same.</summary>
    public static void Unless<T>(T model, T store, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(model, store))
        {
            throw new Disagreement($"{what}: the model says {model}, the store {store}.");
        }
    }
}
