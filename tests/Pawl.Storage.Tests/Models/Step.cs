using FsCheck;
using FsCheck.Fluent;

namespace Pawl.Storage.Tests.Models;

/// <summary>What a step does.</summary>
public enum Verb
{
    Enqueue,
    Claim,
    Settle,
    Beat,
    Lose,
    Promote,
    Pass,
    Cancel,
    Retry,
    Edit,
    Dismiss,
    Approve,
    Purge,
    Pause,
    Limit,
}

/// <summary>One step of a random sequence. Its numbers are read modulo what there is, so that a step means something in any
/// sequence.</summary>
/// <param name="Verb">What it does.</param>
/// <param name="Which">On which of the jobs, leases or workers there are.</param>
/// <param name="How">With which options.</param>
public sealed record Step(Verb Verb, int Which, int How)
{
    private const int Many = 1_000_000;

    private static readonly Gen<int> Number = Gen.Choose(0, Many);

    private static readonly Gen<Verb> Verbs = Gen.Frequency(
        (9, Gen.Constant(Verb.Enqueue)),
        (8, Gen.Constant(Verb.Claim)),
        (9, Gen.Constant(Verb.Settle)),
        (3, Gen.Constant(Verb.Beat)),
        (2, Gen.Constant(Verb.Lose)),
        (4, Gen.Constant(Verb.Promote)),
        (4, Gen.Constant(Verb.Pass)),
        (4, Gen.Constant(Verb.Cancel)),
        (4, Gen.Constant(Verb.Retry)),
        (3, Gen.Constant(Verb.Edit)),
        (1, Gen.Constant(Verb.Dismiss)),
        (2, Gen.Constant(Verb.Approve)),
        (1, Gen.Constant(Verb.Purge)),
        (1, Gen.Constant(Verb.Pause)),
        (1, Gen.Constant(Verb.Limit)));

    /// <summary>Any step; those that move jobs come more often than those that set them back.</summary>
    public static Gen<Step> Any { get; } =
        from verb in Verbs
        from which in Number
        from how in Number
        select new Step(verb, which, how);

    public override string ToString() => $"{Verb}({Which}, {How})";
}
