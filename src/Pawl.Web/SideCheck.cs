namespace Pawl.Web;

/// <summary>Something beside the engine whose trouble people should see in <c>/healthz</c>, and which keeps no job from running. Register
/// it as a service.</summary>
/// <param name="Name">A word, such as <c>otlp</c>.</param>
/// <param name="Trouble">What is wrong with it now; null while nothing is. Asked with each look, so it should only remember.</param>
public sealed record SideCheck(string Name, Func<string?> Trouble);
