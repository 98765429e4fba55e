namespace Pawl.Chaos.Tests.Kill;

/// <summary>What a process is started under.</summary>
/// <param name="Before">The words before it: a program that runs it.</param>
/// <param name="Environment">Variables of its environment beyond the usual.</param>
internal sealed record Surroundings(IReadOnlyList<string> Before, IReadOnlyDictionary<string, string> Environment)
{
    public static readonly Surroundings None = new([], new Dictionary<string, string>());

    /// <summary>Kills it at the so-manieth call of one kind that one of its threads makes.</summary>
    /// <remarks>The tracer is a grandchild (<c>-D</c>), so that the process keeps its place and its exit code. The runtime's own use of
    /// <c>ftruncate</c>, for code it has compiled, is switched off.</remarks>
    public static Surroundings KilledAt(string call, int when) => new(
        ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:signal=KILL:when={when}"],
        new Dictionary<string, string> { ["DOTNET_EnableWriteXorExecute"] = "0" });

    /// <summary>Gives it so much memory for its objects.</summary>
    public static Surroundings WithHeap(int megabytes) =>
        new([], new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = $"0x{megabytes << 20:X}" });
}
