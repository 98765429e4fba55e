using System.Diagnostics.CodeAnalysis;

namespace Pawl.Tidy.Api;

/// <summary>One of each, for the test of the printer.</summary>
public static class SampleApi
{
    public delegate Task Work(int? count, nint[] data);

    public enum Level : byte
    {
        Low = 1,
        High = 2,
    }

    public interface IThing<in T>
    {
        ValueTask<string?> GetAsync(T key, CancellationToken cancellationToken = default);
    }

    public static bool TryRead<T>(this string text, [NotNullWhen(true)] out T? value)
        where T : class, IDisposable, new()
    {
        value = text.Length > 0 ? new T() : null;
        return value is not null;
    }

    public abstract class Turning : IDisposable
    {
        public const int Limit = 5;

        protected Turning(IEnumerable<string?> names) => Names = [.. names];

        public event EventHandler? Turned;

        public IReadOnlyList<string?> Names { get; }

        public abstract string? Name { get; protected set; }

        internal string Hidden { get; set; } = "";

        public void Dispose() => GC.SuppressFinalize(this);

        public override string ToString() => Hidden;

        [Obsolete("Use Turn with a count.")]
        public void Turn() => Turned?.Invoke(this, EventArgs.Empty);

        protected virtual void Turn(ref int by, Level level = Level.High, params string[] names) => by += names.Length;
    }

    public sealed record Fact(int Number, string? Text = "a")
    {
        public required Level Level { get; init; }
    }

    public readonly record struct Id(long Value) : IComparable<Id>
    {
        public static bool operator <(Id left, Id right) => left.Value < right.Value;

        public static bool operator >(Id left, Id right) => left.Value > right.Value;

        public static bool operator <=(Id left, Id right) => left.Value <= right.Value;

        public static bool operator >=(Id left, Id right) => left.Value >= right.Value;

        public int CompareTo(Id other) => Value.CompareTo(other.Value);
    }
}
