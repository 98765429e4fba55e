using System.Globalization;

namespace Pawl;

/// <summary>One part of a job's priority, kept with it so that a person can see why it runs before another.</summary>
/// <param name="Points">What it adds; 0 for a rule that could not be asked.</param>
/// <param name="Why">What it is for, such as <c>manual</c>, <c>base low</c> or <c>retry 2</c>.</param>
public sealed record PriorityReason(int Points, string Why)
{
    /// <summary>As in <c>+40 manual</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Points:+0;-0;0} {Why}");
}
