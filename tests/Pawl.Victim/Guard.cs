namespace Pawl.Victim;

/// <summary>Sees to it that this process does not outlive the test that started it.</summary>
internal static class Guard
{
    private const int Abandoned = 3;

    public static void Begin(TimeSpan longest, TimeProvider clock)
    {
        // Whoever started us holds the other end of our input; it closes when that process ends, however it ends. A thread of its own: the
        // console knows no waiting without one.
        new Thread(() =>
        {
            Console.In.ReadToEnd();
            Environment.Exit(Abandoned);
        })
        { IsBackground = true }.Start();
        _ = EndAsync(longest, clock);
    }

    private static async Task EndAsync(TimeSpan longest, TimeProvider clock)
    {
        await Task.Delay(longest, clock);
        Environment.Exit(Abandoned);
    }
}
