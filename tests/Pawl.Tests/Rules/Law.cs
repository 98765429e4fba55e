using FsCheck;
using FsCheck.Fluent;

namespace Pawl.Tests.Rules;

/// <summary>A property that must hold for every generated value. The seed is fixed, so a failure is the same on every machine.</summary>
internal static class Law
{
    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithReplay(20_251_121, 7).WithQuietOnSuccess(true);

    public static void Holds<T>(Gen<T> values, Func<T, bool> law, int tests = 300) =>
        Prop.ForAll(Arb.From(values), law).Check(Fixed.WithMaxTest(tests));

    /// <summary>A number in [0, 1), the ends of the range often among them.</summary>
    public static Gen<double> Chance { get; } = Gen.OneOf(
        Gen.Elements(0.0, 0.5, Math.BitDecrement(1.0)),
        Gen.Choose(0, 999_999).Select(n => n / 1_000_000.0));
}
