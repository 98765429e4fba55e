namespace Pawl;

/// <summary>One job waits for another.</summary>
/// <param name="On">The job that must end first.</param>
/// <param name="When">Which end counts as met.</param>
/// <param name="OnFailed">What happens here when the other one ends otherwise.</param>
public sealed record Dependency(
    JobId On, DependencyWhen When = DependencyWhen.Succeeded, DependencyOnFailed OnFailed = DependencyOnFailed.Cancel);
